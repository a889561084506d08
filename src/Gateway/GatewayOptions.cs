using System.ComponentModel.DataAnnotations;

namespace Orchestrator;

/// <summary>Settings of the edge; section "Gateway" of the configuration.</summary>
public sealed class GatewayOptions
{
    /// <summary>Who may log in without an account: loopback (clients on this machine), always, never.</summary>
    public GuestPolicy Guests { get; set; } = GuestPolicy.Loopback;

    /// <summary>How long a token of an account is valid, in minutes.</summary>
    [Range(1, 525_600)]
    public int TokenMinutes { get; set; } = 12 * 60;

    /// <summary>Rounds of the password hash (PBKDF2). Hashes made with fewer still count; new ones take this many.</summary>
    [Range(1_000, 10_000_000)]
    public int PasswordIterations { get; set; } = 100_000;

    /// <summary>Origins of web pages that may connect; none by default, "*" for all.</summary>
    public IList<string> CorsOrigins { get; } = [];

    /// <summary>How often a gateway makes sure that it has missed nothing of what it holds, in seconds.</summary>
    [Range(1, 300)]
    public int RenewSeconds { get; set; } = 60;

    /// <summary>How long what comes for a busy connection may wait so that it goes out together, in milliseconds. 0: nothing waits.</summary>
    [Range(0, 20)]
    public int GatherMilliseconds { get; set; } = 3;

    /// <summary>From how many messages in a second on a connection counts as busy. For others nothing waits.</summary>
    [Range(10, 100_000)]
    public int GatherFromPerSecond { get; set; } = 300;
}

/// <summary>Who may log in without an account.</summary>
public enum GuestPolicy
{
    Loopback,
    Always,
    Never,
}
