namespace Orchestrator.Clocks;

/// <summary>Where the time comes from; section "Time" of the configuration.</summary>
/// <param name="Sources">Asked in this order; the first that answers counts.</param>
/// <param name="TimeoutMs">How long one source may take.</param>
public sealed record TimeOptions(IReadOnlyList<TimeSource> Sources, int TimeoutMs)
{
    public const int TimeoutMsDefault = 1_000;
    public const int TimeoutMsMax = 60_000;

    public static TimeOptions Default { get; } = new([TimeSource.Local], TimeoutMsDefault);
}

/// <summary>An NTP server, or this machine's own clock.</summary>
public sealed record TimeSource(string Server, int Port = TimeSource.PortDefault)
{
    public const int PortDefault = 123;
    public const string LocalName = "localtime";

    public static TimeSource Local { get; } = new(LocalName);

    public bool IsLocal => Server == LocalName;
}
