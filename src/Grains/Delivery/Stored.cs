using System.Collections.Immutable;

namespace Orchestrator.Delivery;

/// <summary>What a grain's record holds, whatever the subject.</summary>
[GenerateSerializer, Immutable, Alias("stored`1")]
public sealed record Stored<TState>
    where TState : class
{
    /// <summary>The epoch that the last activation took.</summary>
    [Id(0)]
    public long Epoch { get; init; }

    [Id(1)]
    public TState? State { get; init; }

    /// <summary>The last idempotency keys with their replies, oldest first.</summary>
    [Id(2)]
    public ImmutableArray<KeyedReply> Replies { get; init; } = [];
}

/// <summary>The first reply to a command that carried a key.</summary>
/// <param name="Json">The reply, as JSON.</param>
[GenerateSerializer, Immutable, Alias("keyed-reply")]
public sealed record KeyedReply([property: Id(0)] CommandKey Key, [property: Id(1)] string Command, [property: Id(2)] string Json);

/// <summary>An idempotency key; it is its user's alone.</summary>
[GenerateSerializer, Immutable, Alias("command-key")]
public readonly record struct CommandKey([property: Id(0)] string Owner, [property: Id(1)] string Key);
