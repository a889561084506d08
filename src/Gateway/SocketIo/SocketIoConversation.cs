using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using System.Text.Json;
using Orchestrator.EngineIo;

namespace Orchestrator.SocketIo;

/// <summary>
/// Socket.IO on one Engine.IO connection: version 5 on 4, version 2 on 3. The namespaces that its client is in share the one queue of the connection; leaving "/", or a mistake in what is sent,
/// ends the whole connection.
/// </summary>
internal sealed class SocketIoConversation : IConversation
{
    private const string Root = "/";

    private readonly EngineIoConnection _connection;
    private readonly EngineIoContext _context;
    private readonly ISocketIoVisitor _visitor;
    private readonly PacketDecoder _decoder;
    // One namespace, or two.
    private ImmutableArray<(string Namespace, ISocketIoHandler Handler)> _entered = [];

    public SocketIoConversation(ISocketIoApplication application, EngineIoConnection connection, HttpContext handshake, EngineIoContext context)
    {
        _connection = connection;
        _context = context;
        _decoder = new PacketDecoder(context.Limits);
        _visitor = application.Opened(handshake, connection.Version, connection.Outbound);
        if (connection.Version == EngineIoVersion.Three)
        {
            Enter(new Packet(PacketType.Connect, Root));
        }
    }

    public Task Text(ReadOnlySpan<byte> message)
    {
        var unfinished = _decoder.TakeUnfinished();
        var decoded = _decoder.Text(message);
        return unfinished is null ? Take(decoded) : TakeBoth(unfinished, decoded);
    }

    public Task Binary(byte[] message) => Take(_decoder.Binary(message));

    public async Task Ended()
    {
        foreach (var (_, handler) in _entered)
        {
            await Leave(handler);
        }

        _entered = [];
    }

    private async Task TakeBoth(Packet first, Decoded second)
    {
        await Take(first);
        if (!_connection.HasEnded)
        {
            await Take(second);
        }
    }

    private Task Take(Decoded decoded)
    {
        if (decoded.Packet is { } packet)
        {
            return Take(packet);
        }

        if (decoded.Mistake is { } ending)
        {
            _connection.End(ending);
        }

        return Task.CompletedTask;
    }

    private Task Take(Packet packet)
    {
        if (packet.Type == PacketType.Connect)
        {
            Enter(packet);
            return Task.CompletedTask;
        }

        if (HandlerOf(packet.Namespace) is not { } handler)
        {
            _connection.End(Ending.Protocol("A packet is for a namespace that was not entered."));
            return Task.CompletedTask;
        }

        return packet.Type switch
        {
            PacketType.Event => handler.Received(packet.Event!),
            PacketType.Disconnect => Disconnect(packet.Namespace, handler),
            // We ask for no acknowledgements.
            _ => Task.CompletedTask,
        };
    }

    private ISocketIoHandler? HandlerOf(string @namespace)
    {
        foreach (var (entered, handler) in _entered)
        {
            if (entered == @namespace)
            {
                return handler;
            }
        }

        return null;
    }

    private void Enter(Packet packet)
    {
        var (name, auth) = _connection.Version == EngineIoVersion.Four ? (packet.Namespace, packet.Auth) : NameAndQuery(packet.Namespace);
        if (HandlerOf(name) is not null)
        {
            _connection.End(Ending.Protocol("The namespace was entered before."));
            return;
        }

        var id = IdIn(name);
        try
        {
            var handler = _visitor.Enter(name, id, auth);
            _entered = _entered.Add((name, handler));
            _connection.Settle();
            _connection.Outbound.Enqueue(EntryAnswers.Entered(_connection.Version, name, id));
        }
        catch (Refusal refusal)
        {
            _connection.Outbound.Enqueue(EntryAnswers.Refused(_connection.Version, name, refusal));
        }
    }

    /// <summary>In version 2 it is made of the connection's, as the clients do themselves.</summary>
    private string IdIn(string @namespace) => _connection.Version switch
    {
        EngineIoVersion.Four => _context.Ids.Next(),
        _ when @namespace == Root => _connection.Id,
        _ => $"{@namespace}#{_connection.Id}",
    };

    /// <summary>Clients of version 2 give along a query behind the name.</summary>
    private static (string Name, Payload? Auth) NameAndQuery(string text)
    {
        var at = text.IndexOf('?', StringComparison.Ordinal);
        if (at < 0)
        {
            return (text, null);
        }

        var query = QueryHelpers.ParseQuery(text[at..]).ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
        return (text[..at], new Payload(JsonSerializer.SerializeToUtf8Bytes(query, Json.Wire)));
    }

    private async Task Disconnect(string @namespace, ISocketIoHandler handler)
    {
        if (@namespace == Root)
        {
            _connection.End(Ending.Normal);
            return;
        }

        _entered = _entered.Remove((@namespace, handler));
        await Leave(handler);
    }

    private async Task Leave(ISocketIoHandler handler)
    {
        try
        {
            await handler.Left();
        }
        catch (Exception e)
        {
            _context.Log.LogError(e, "The leave of connection {Connection} failed", _connection.Id);
        }
    }
}
