namespace Orchestrator.DataStreams;

/// <summary>A bucket that fills with so many bytes in a second, and holds one second's worth. It begins full.</summary>
public sealed class ByteBudget(long perSecond, DateTimeOffset now)
{
    private double _left = perSecond;
    private DateTimeOffset _filledAt = now;

    /// <summary>Takes so many. Refusals: <see cref="RefusalCode.LimitReached"/> (more than there can ever be), <see cref="RefusalCode.TooManyRequests"/>.</summary>
    public void Take(int bytes, DateTimeOffset now)
    {
        if (bytes > perSecond)
        {
            throw new Refusal(RefusalCode.LimitReached, $"The packet has {bytes} bytes; its data stream may send {perSecond} in a second.");
        }

        if (now < _filledAt)
        {
            // The clock was set back: what is left stays, and it fills on from here.
            _filledAt = now;
        }
        else
        {
            _left = Math.Min(perSecond, _left + ((now - _filledAt).TotalSeconds * perSecond));
            _filledAt = now;
        }

        if (_left < bytes)
        {
            throw new Refusal(RefusalCode.TooManyRequests, $"The data stream may send {perSecond} bytes in a second.");
        }

        _left -= bytes;
    }
}
