namespace Orchestrator.Scenarios;

/// <summary>What a scenario's clock does.</summary>
public enum ScenarioState
{
    /// <summary>It was not started yet, or was stopped: it begins at 0 when it is started.</summary>
    Stopped,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It stands, and goes on from there.</summary>
    Paused,
}

/// <summary>A scenario's clock: where it was at one moment, and how it goes on from there.</summary>
/// <param name="PositionMs">Milliseconds from the beginning of the scenario.</param>
/// <param name="AtMs">When it was there: milliseconds of the server's UTC since 1970.</param>
/// <param name="Rate">Milliseconds of the scenario in one of the server; 1 is as time goes.</param>
/// <param name="Run">Counts the starts and restarts.</param>
[GenerateSerializer, Immutable, Alias("scenario-clock")]
public sealed record ScenarioClock(
    [property: Id(0)] ScenarioState State,
    [property: Id(1)] long PositionMs,
    [property: Id(2)] long AtMs,
    [property: Id(3)] double Rate,
    [property: Id(4)] int Run)
{
    // Products of whole milliseconds and a rate are whole again but for the last digits of a double.
    private const double Rounding = 1e-3;

    /// <summary>The clock of a scenario that nobody has started.</summary>
    public static ScenarioClock Untouched { get; } = new(ScenarioState.Stopped, 0, 0, 1, 0);

    /// <summary>The position at a moment.</summary>
    public long PositionAt(DateTimeOffset now) => State == ScenarioState.Running
        ? PositionMs + (long)Math.Floor((Math.Max(0, now.ToUnixTimeMilliseconds() - AtMs) * Rate) + Rounding)
        : PositionMs;

    // The longest scenario at the slowest rate ends after the last year that a moment can have.
    private static readonly long LastMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>When a clock that runs is at a position; a moment that is over for a position that has passed. The last one there is, for what comes after it.</summary>
    public DateTimeOffset MomentOf(long positionMs) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Min(AtMs + (long)Math.Ceiling(((positionMs - PositionMs) / Rate) - (Rounding / 1e6)), LastMs));
}
