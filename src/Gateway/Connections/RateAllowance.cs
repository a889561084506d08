namespace Orchestrator.Connections;

/// <summary>A bucket that fills with so many per second, and holds one second's worth. Used by one connection's commands, one after the other.</summary>
public sealed class RateAllowance(int perSecond, TimeProvider time)
{
    private double _left = perSecond;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes one; false when none is left. A rate of 0 is no limit.</summary>
    public bool TryTake()
    {
        if (perSecond == 0)
        {
            return true;
        }

        var now = time.GetTimestamp();
        _left = Math.Min(perSecond, _left + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
