using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orchestrator.Administration;
using Orchestrator.Connections;
using Orchestrator.Security;

namespace Orchestrator.SignalR;

/// <summary>Makes a <see cref="ClientConnection"/> of every SignalR connection, and gives it the way out.</summary>
public sealed class SignalRConnections(
    ConnectionTable connections, ConnectionCloser closer, SignalRDialect dialect, ConnectionContext context, IOptions<AdminOptions> admin, ILogger<SignalRConnections> log,
    ILogger<DefaultHubLifetimeManager<OrchestratorHub>> innerLog)
    : DefaultHubLifetimeManager<OrchestratorHub>(innerLog)
{
    public const string ItemKey = "orchestrator.connection";

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        var http = connection.GetHttpContext();
        var origin = Origin.Of(http?.Account(), http?.Connection.RemoteIpAddress, admin.Value);
        var outbound = context.Outbound(new SignalRWriter(connection, closer, dialect, log), Lanes.Two);
        var client = new ClientConnection(context.Name(connection.ConnectionId), origin, dialect, outbound, context);
        connection.Items[ItemKey] = client;
        connections.Add(client);
        return base.OnConnectedAsync(connection);
    }
}

/// <summary>The way out over SignalR: bytes that are already in its protocol.</summary>
internal sealed class SignalRWriter(HubConnectionContext connection, ConnectionCloser closer, SignalRDialect dialect, ILogger log) : IFrameWriter
{
    // A client that does not read does not hear it either.
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);

    public ValueTask Write(ReadOnlyMemory<byte> messages) =>
        connection.WriteAsync(new SerializedHubMessage([new SerializedMessage(connection.Protocol.Name, messages)]));

    public void Abort(CloseCode code)
    {
        log.LogInformation("Connection {Connection} is closed: {Code}", connection.ConnectionId, code);
        if (code != CloseCode.SlowConsumer)
        {
            _ = SayAndAbort(code);
            return;
        }

        // It does not read, so there is no telling it.
        _ = Cut();
    }

    private async Task SayAndAbort(CloseCode code)
    {
        try
        {
            await Write(dialect.Encode(new Disconnection((int)code, code.ToString()))).AsTask().WaitAsync(FarewellMax);
        }
        catch (Exception e)
        {
            log.LogDebug(e, "Connection {Connection} did not hear why", connection.ConnectionId);
        }

        if (code != CloseCode.Shutdown)
        {
            await Cut();
        }

        // A server that stops ends its connections by itself; two ends at once would cut off what was just said.
    }

    /// <summary>
    /// Ends the connection, and what follows from that begins now: the transport of a client that does not read takes its seconds to end. The hub hears of that end too, and finds it done.
    /// </summary>
    private async Task Cut()
    {
        connection.Abort();
        try
        {
            // On a thread of its own: who cuts may be in the middle of telling its seats something.
            await Task.Run(() => closer.Closed((ClientConnection)connection.Items[SignalRConnections.ItemKey]!));
        }
        catch (Exception e)
        {
            log.LogWarning(e, "The end of connection {Connection} waits for its transport", connection.ConnectionId);
        }
    }
}
