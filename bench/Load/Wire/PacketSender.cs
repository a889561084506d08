namespace Orchestrator.Load.Wire;

/// <summary>Sends one member's binary events: two frames made once, the text and its attachment, with two fields that change.</summary>
/// <param name="text">Announces one attachment.</param>
/// <param name="data">From <see cref="PacketStamp.Template"/>.</param>
internal sealed class PacketSender(WireConnection connection, byte[] text, byte[] data) : IEventSender
{
    private readonly byte[] _frames = [.. Frame.MaskedOf(Frame.Text, text), .. Frame.MaskedOf(Frame.Binary, data)];
    private int _number;

    public void Send(long time)
    {
        _number++;
        var packet = _frames.AsSpan(_frames.Length - data.Length, PacketStamp.BytesMin);
        PacketStamp.Write(packet, time, _number);
        Frame.Mask(packet[PacketStamp.ChangesAt..]);
        connection.Send(_frames);
    }
}
