namespace Orchestrator;

/// <summary>
/// Doing it twice is as good as once: where a part of the cluster does not answer, such a call is made again by itself. So is a command that carries a key
/// (<see cref="IKeyedCommand"/>). Everything else is answered as temporary, because nobody knows whether it was done.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RepeatableAttribute : Attribute;

/// <summary>A command that may carry an idempotency key: with one it is done once, however often it comes.</summary>
public interface IKeyedCommand
{
    /// <summary>Null: each time counts.</summary>
    string? Key { get; }
}
