namespace Orchestrator.EngineIo;

/// <summary>What a heartbeat wants done.</summary>
internal enum HeartbeatStep
{
    None,

    /// <summary>The client is to be asked for a sign of life.</summary>
    Ask,

    /// <summary>It gave none in time.</summary>
    Lost,
}

/// <summary>Whether a client is still there. Whatever it sends is a sign of life.</summary>
internal sealed class Heartbeat(EngineIoVersion version, EngineIoContext context)
{
    private readonly TimeProvider _time = context.Time;
    private long _heardAt = context.Time.GetTimestamp();
    private long _askedAt = context.Time.GetTimestamp();
    private bool _isOwed;

    public void Heard() => Volatile.Write(ref _heardAt, _time.GetTimestamp());

    public HeartbeatStep Tick()
    {
        var limits = context.Limits;
        var heardAt = Volatile.Read(ref _heardAt);
        if (version == EngineIoVersion.Three)
        {
            return _time.GetElapsedTime(heardAt) > limits.Heartbeat + limits.HeartbeatTimeout ? HeartbeatStep.Lost : HeartbeatStep.None;
        }

        if (_isOwed && heardAt < _askedAt)
        {
            return _time.GetElapsedTime(_askedAt) > limits.HeartbeatTimeout ? HeartbeatStep.Lost : HeartbeatStep.None;
        }

        _isOwed = false;
        if (_time.GetElapsedTime(_askedAt) < limits.Heartbeat)
        {
            return HeartbeatStep.None;
        }

        _isOwed = true;
        _askedAt = _time.GetTimestamp();
        return HeartbeatStep.Ask;
    }
}
