using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Wire;

/// <summary>A connection without a protocol that never speaks: a receiver of the raw floor, or an idle WebSocket.</summary>
internal sealed class RawReceiver : IFrameSink, IDisposable
{
    private readonly Meter _meter;
    private readonly Deliveries _deliveries;
    private readonly WireConnection _connection;

    public RawReceiver(Uri server, Reactor reactor, Expected expected)
    {
        (_meter, _deliveries) = (expected.Meter, new Deliveries(expected));
        _connection = WireConnection.Open(server, reactor, this);
        _connection.Begin();
    }

    public Faults NumberFaults => _deliveries.Faults;

    public void Take(int opcode, ReadOnlySpan<byte> payload, long now)
    {
        if (opcode == Frame.Text)
        {
            _deliveries.TakeText(payload);
        }
        else if (_deliveries.TakeAttachment(payload, now) is { } fault)
        {
            Broken(fault);
        }
    }

    public void KeepAlive()
    {
    }

    public void Broken(string reason) => _meter.BrokenBy(reason);

    public void Dispose() => _connection.Dispose();
}
