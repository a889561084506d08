using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orchestrator.Administration;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.EngineIo;
using Orchestrator.Security;
using Orchestrator.SocketIo;
using Orchestrator.Users;

namespace Orchestrator.VrTogether;

/// <summary>What the VRTogether API needs of the process.</summary>
public sealed record VrTogetherContext(
    CommandTable Table, CommandRunner Runner, ConnectionTable Connections, ConnectionCloser Closer, ConnectionContext Connection, IOptions<AdminOptions> Admin);

/// <summary>
/// The VRTogether API over Socket.IO: versions 1 and 2 of it, in the namespace "/". It translates shapes: the requests are those of the command table, the events those of every wire.
/// </summary>
public sealed class VrTogetherApplication : ISocketIoApplication
{
    private readonly VrTogetherContext _context;
    private readonly VrTogetherServices _services;

    // Subscribers of one dialect share what was encoded for the first of them.
    private readonly FrozenDictionary<(VrTogetherVersion, EngineIoVersion), VrTogetherDialect> _dialects =
        (from version in Enum.GetValues<VrTogetherVersion>()
         from engine in Enum.GetValues<EngineIoVersion>()
         select KeyValuePair.Create((version, engine), new VrTogetherDialect(version, engine))).ToFrozenDictionary();

    public VrTogetherApplication(VrTogetherContext context)
    {
        _context = context;
        _services = new(new Requests(context.Table, new ListShapes()), context.Runner, context.Closer);
    }

    public ISocketIoVisitor Opened(HttpContext handshake, EngineIoVersion version, OutboundQueue outbound) => new Visitor(
        this,
        Origin.Of(handshake.Account(), handshake.Connection.RemoteIpAddress, _context.Admin.Value),
        VrTogetherVersions.Of(handshake.Request, version) is { } spoken ? _dialects[(spoken, version)] : null,
        outbound);

    private VrTogetherClient Enter(string id, Origin origin, VrTogetherDialect dialect, OutboundQueue outbound)
    {
        var connection = new ClientConnection(_context.Connection.Name(id), origin, dialect, outbound, _context.Connection)
        {
            MayComeBack = false,
        };
        _context.Connections.Add(connection);
        return new VrTogetherClient(connection, dialect, _services);
    }

    /// <summary>A client that has entered no namespace yet.</summary>
    private sealed class Visitor(VrTogetherApplication application, Origin origin, VrTogetherDialect? dialect, OutboundQueue outbound) : ISocketIoVisitor
    {
        public ISocketIoHandler Enter(string @namespace, string id, Payload? auth) => @namespace switch
        {
            "/" => application.Enter(id, origin, dialect ?? throw Refusal.BadRequest($"The parameter '{VrTogetherVersions.Parameter}' is v1 or v2."), outbound),
            // Nothing is said there yet, and who is let in would wait for it in vain.
            "/log" when origin.IsTrusted || origin.Account?.Role == Role.Administrator => throw Refusal.BadRequest("The log is not told here yet."),
            "/log" => throw new Refusal(RefusalCode.NotAllowed, "The log is for administrators."),
            _ => throw Refusal.BadRequest("Invalid namespace"),
        };
    }
}
