using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Users;

namespace Orchestrator.Sessions;

/// <summary>A session as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("session-state")]
public sealed record SessionState
{
    [Id(0)]
    public required SessionOpening Opening { get; init; }

    [Id(1)]
    public ImmutableDictionary<UserId, Member> Members { get; init; } = ImmutableDictionary<UserId, Member>.Empty;

    /// <summary>The ordinal of the member that joins next.</summary>
    [Id(2)]
    public int NextOrdinal { get; init; }

    [Id(3)]
    public UserId? Master { get; init; }

    [Id(4)]
    public long MasterEpoch { get; init; }

    /// <summary>Since when the administrator, not a member, is lost.</summary>
    [Id(5)]
    public DateTimeOffset? AdministratorAwaySince { get; init; }

    [Id(6)]
    public bool IsClosed { get; init; }

    /// <summary>Who is in which room, in the order of entering; a room that nobody is in is not here.</summary>
    [Id(20)]
    public ImmutableDictionary<RoomId, ImmutableList<UserId>> Rooms { get; init; } = ImmutableDictionary<RoomId, ImmutableList<UserId>>.Empty;

    /// <summary>Of those who have declared a stream or are registered for one.</summary>
    [Id(30)]
    public ImmutableDictionary<UserId, StreamsOfMember> Streams { get; init; } = ImmutableDictionary<UserId, StreamsOfMember>.Empty;

    /// <summary>As it was announced last; null before the first time.</summary>
    [Id(7)]
    public ScenarioClock? ScenarioClock { get; init; }

    /// <summary>Of the last news of the scenario that was taken.</summary>
    [Id(8)]
    public long ScenarioNumber { get; init; }
}

/// <summary>A member as it is stored.</summary>
/// <param name="Ordinal">Its place in the order of joining.</param>
[GenerateSerializer, Immutable, Alias("member")]
public sealed record Member(
    [property: Id(0)] UserId User,
    [property: Id(1)] string Name,
    [property: Id(2)] bool CanBeMaster,
    [property: Id(3)] int Ordinal,
    [property: Id(4)] DateTimeOffset? AwaySince)
{
    /// <summary>What the user has shown of its data; null: there is none.</summary>
    [Id(20)]
    public Payload? Data { get; init; }

    /// <summary>What the user says of its data is older than this, or newer; its epoch is that of the activation of the user which the session has heard of last.</summary>
    [Id(21)]
    public Position DataAt { get; init; }

    /// <summary>The room it is in.</summary>
    [Id(22)]
    public RoomId? Room { get; init; }

    public MemberRecord ToRecord() => new(User, Name, CanBeMaster, AwaySince is null ? Presence.Online : Presence.Away, Data, Room);
}
