using System.Buffers.Text;

namespace Orchestrator.Load.Wire;

/// <summary>Sends the next event of one sender.</summary>
internal interface IEventSender
{
    /// <param name="time">That from which its latency counts.</param>
    void Send(long time);
}

/// <summary>Sends one member's events: a frame made once, with three places that change.</summary>
internal sealed class EventSender : IEventSender
{
    public const string NoId = "00000000";

    private readonly WireConnection _connection;
    private readonly byte[] _frame;
    private readonly int _dataAt;
    private readonly int _idAt;
    private int _number;

    /// <param name="message">With <see cref="NoId"/> where the number of the call stands, if it has one.</param>
    public EventSender(WireConnection connection, string message)
    {
        _connection = connection;
        _frame = Frame.Of(message);
        _dataAt = EventData.Find(_frame);
        var id = _frame.AsSpan(0, _dataAt).IndexOf("\"00000000\""u8);
        _idAt = id < 0 ? -1 : id + 1;
    }

    public void Send(long time)
    {
        _number++;
        EventData.Stamp(_frame.AsSpan(_dataAt), time, _number);
        if (_idAt >= 0)
        {
            Utf8Formatter.TryFormat(_number, _frame.AsSpan(_idAt), out _, new('D', (byte)NoId.Length));
        }

        _connection.Send(_frame);
    }
}
