using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Hosting;

/// <summary>The feed of sessions, for grains that listen to them; section "Feed" of the configuration.</summary>
public sealed record FeedOptions
{
    /// <summary>Whether sessions feed what they publish. Without it nobody can subscribe, and publishing pays nothing.</summary>
    public bool Enabled { get; init; }

    /// <summary>What may wait for a subscriber that lags (on Microsoft Orleans: for a session's stream), in bytes. Beyond it the oldest news go, and the places show it.</summary>
    [Range(65_536, 1_073_741_824)]
    public int WaitingBytesMax { get; init; } = 4 * 1_048_576;
}
