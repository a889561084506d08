using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Wire;

/// <summary>A receiver of the raw floor: frames and no protocol.</summary>
internal sealed class RawReceiver : IFrameSink, IDisposable
{
    private readonly Meter _meter;
    private readonly Deliveries _deliveries;
    private readonly WireConnection _connection;

    public RawReceiver(Uri floor, Reactor reactor, Expected expected)
    {
        (_meter, _deliveries) = (expected.Meter, new Deliveries(expected));
        _connection = WireConnection.Open(floor, reactor, this);
        _connection.Begin();
    }

    public Faults NumberFaults => _deliveries.Faults;

    public void Frame(int opcode, ReadOnlySpan<byte> payload, long now)
    {
        if (opcode == Wire.Frame.Text)
        {
            _deliveries.TakeText(payload);
        }
        else if (_deliveries.TakeAttachment(payload, now) is { } fault)
        {
            Broken(fault);
        }
    }

    /// <summary>It never speaks.</summary>
    public void KeepAlive()
    {
    }

    public void Broken(string reason) => _meter.BrokenBy(reason);

    public void Dispose() => _connection.Dispose();
}
