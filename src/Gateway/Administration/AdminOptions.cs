namespace Orchestrator.Administration;

/// <summary>Who administers from the start; section "Admin" of the configuration.</summary>
public sealed class AdminOptions
{
    /// <summary>The account that is made, or given the role, at each start; with <see cref="Password"/>, or neither. ADMIN_USER in the environment says the same.</summary>
    public string? User { get; set; }

    /// <summary>Its password, from each start on. ADMIN_PASSWORD in the environment says the same.</summary>
    public string? Password { get; set; }

    /// <summary>Whether callers on this machine administer without a login. Not behind a proxy on this machine: then everybody is on this machine.</summary>
    public bool TrustLoopback { get; set; }
}
