using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orchestrator.Connections;
using Orchestrator.EngineIo;
using Orchestrator.SocketIo;

namespace Orchestrator.Testing;

/// <summary>
/// What the transport is tried with. "/" and "/log" may be entered, "/closed" may not, others do not exist. "echo" comes back, as acknowledgement where one is asked for; "burst" n brings n numbered events;
/// "hold" keeps its connection busy until the test goes on; "fail" fails; "abort" ends the connection as a slow one.
/// </summary>
internal sealed class EchoApplication : ISocketIoApplication
{
    private int _entered;
    private int _left;

    /// <summary>Those who are in a namespace, by their id there.</summary>
    public ConcurrentDictionary<string, EchoHandler> Handlers { get; } = new(StringComparer.Ordinal);

    /// <summary>All events, in the order in which their handling began.</summary>
    public ConcurrentQueue<SocketIoEvent> Received { get; } = new();

    /// <summary>What "hold" waits for.</summary>
    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Entered => _entered;

    public int Left => _left;

    public ISocketIoVisitor Opened(HttpContext handshake, EngineIoVersion version, OutboundQueue outbound) => new EchoVisitor(this, version, outbound);

    public EchoHandler Add(EchoHandler handler)
    {
        Handlers[handler.Id] = handler;
        Interlocked.Increment(ref _entered);
        return handler;
    }

    public void Remove(EchoHandler handler)
    {
        Handlers.TryRemove(handler.Id, out _);
        Interlocked.Increment(ref _left);
    }

    private sealed class EchoVisitor(EchoApplication application, EngineIoVersion version, OutboundQueue outbound) : ISocketIoVisitor
    {
        public ISocketIoHandler Enter(string @namespace, string id, Payload? auth) => @namespace switch
        {
            "/" or "/log" => application.Add(new EchoHandler(application, id, new PacketEncoder(version, @namespace), outbound, auth)),
            "/closed" => throw new Refusal(RefusalCode.NotAllowed, "Nobody may enter here."),
            _ => throw new Refusal(RefusalCode.NotFound, "Invalid namespace"),
        };
    }
}

/// <summary>One client of it, in one namespace.</summary>
internal sealed class EchoHandler(EchoApplication application, string id, PacketEncoder encoder, OutboundQueue outbound, Payload? auth) : ISocketIoHandler
{
    public string Id => id;

    public OutboundQueue Outbound => outbound;

    public async Task Received(SocketIoEvent received)
    {
        application.Received.Enqueue(received);
        switch (received.Name)
        {
            case "echo":
                Answer(received, [.. received.Arguments]);
                break;
            case "auth":
                Answer(received, [auth]);
                break;
            case "burst":
                var count = int.Parse(received.Arguments[0].ToString(), CultureInfo.InvariantCulture);
                for (var i = 0; i < count; i++)
                {
                    Send("number", i);
                }

                break;
            case "hold":
                await application.Held.Task;
                Answer(received, ["held"]);
                break;
            case "fail":
                throw new InvalidOperationException("It was told to.");
            case "abort":
                outbound.Abort(CloseCode.SlowConsumer);
                break;
        }
    }

    public Task Left()
    {
        application.Remove(this);
        return Task.CompletedTask;
    }

    public void Send(string name, params object?[] arguments) => outbound.Enqueue(encoder.Event(name, arguments));

    private void Answer(SocketIoEvent received, object?[] arguments) =>
        outbound.Enqueue(received.AckId is { } ack ? encoder.Ack(ack, arguments) : encoder.Event(received.Name, arguments));
}
