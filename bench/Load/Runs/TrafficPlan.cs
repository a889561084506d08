using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Runs;

/// <summary>Who sends to whom.</summary>
internal enum Pattern
{
    MasterToAll,
    AllToAll,
    ToMaster,

    /// <summary>Packets of each member's data stream, to all but itself.</summary>
    Streams,
}

/// <summary>What is asked for.</summary>
/// <param name="Sessions">Sessions, or rooms of the floor.</param>
/// <param name="Users">Members of each, the sender included.</param>
/// <param name="Rate">Events per second and session.</param>
/// <param name="Bytes">Of one event's data.</param>
/// <param name="Seconds">The measured part.</param>
/// <param name="WarmUpSeconds">Before it, measured on its own.</param>
internal sealed record TrafficPlan(int Sessions, int Users, double Rate, int Bytes, double Seconds, double WarmUpSeconds, Pattern Pattern, int Seed)
{
    public const int UsersMax = 10_000;
    public const double SecondsMax = 3_600;
    private const double SmokeSeconds = 2;

    /// <summary>How many get one event.</summary>
    public int Receivers => Pattern switch { Pattern.ToMaster => 1, Pattern.Streams => Users - 1, _ => Users };

    public double SendsPerSecond => Rate * Sessions;

    public double DeliveriesPerSecond => SendsPerSecond * Receivers;

    /// <summary>The same, so small that it only shows that everything works.</summary>
    public TrafficPlan Smoke() => this with
    {
        Sessions = Math.Min(Sessions, 2),
        Users = Math.Min(Users, 5),
        Rate = Math.Min(Rate, 50),
        Seconds = SmokeSeconds,
        WarmUpSeconds = 0.5,
    };

    /// <summary>Says what is wrong with it; null for nothing.</summary>
    public string? Fault() => this switch
    {
        { Sessions: < 1 } or { Users: < 1 } => "There must be at least one session and one user.",
        _ when (long)Sessions * Users > UsersMax => $"There can be {UsersMax} connections at the most.",
        { Rate: <= 0 or > 1_000_000 } => "The rate must be between 0 and 1,000,000 per second.",
        { Bytes: < EventData.BytesMin or > 1_000_000 } => $"An event has between {EventData.BytesMin} and 1,000,000 bytes.",
        { Seconds: <= 0 or > SecondsMax } or { WarmUpSeconds: < 0 or > SecondsMax } => $"A run takes at most {SecondsMax} seconds.",
        _ => null,
    };
}
