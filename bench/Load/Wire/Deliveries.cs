using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Wire;

/// <summary>What a receiver is to get.</summary>
/// <param name="Senders">They are numbered from 0.</param>
/// <param name="Bytes">Of each attachment.</param>
internal sealed record Expected(Meter Meter, int Senders, int Bytes);

/// <summary>Checks and counts one receiver's deliveries: each is a text that announces one attachment, and the attachment. For the reactor's thread.</summary>
internal sealed class Deliveries(Expected expected)
{
    private readonly SenderNumbers _numbers = new(expected.Senders);
    private bool _isAnnounced;

    public Faults Faults => _numbers.Faults;

    /// <summary>The length of the last text.</summary>
    public int TextBytes { get; private set; }

    /// <summary>Whether it is a text of this kind.</summary>
    public bool TakeText(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("451-["u8))
        {
            return false;
        }

        (_isAnnounced, TextBytes) = (true, text.Length);
        return true;
    }

    /// <summary>Says what is wrong with it; null for nothing.</summary>
    public string? TakeAttachment(ReadOnlySpan<byte> data, long now)
    {
        var (time, sender, number) = PacketStamp.Read(data);
        if (!_isAnnounced || sender < 0 || sender >= expected.Senders || data.Length != expected.Bytes)
        {
            return _isAnnounced ? "an event came back mangled" : "an attachment came that nobody had announced";
        }

        _isAnnounced = false;
        _numbers.Arrived(sender, number);
        expected.Meter.Arrived(time, now);
        return null;
    }
}
