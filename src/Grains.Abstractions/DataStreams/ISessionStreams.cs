using System.Collections.Immutable;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>
/// The streams of a session: who has declared what, and who gets it. They are live state of the session, written behind; membership ends both in the same step. A registration
/// holds for all devices of its user, and stays when the owner of the stream leaves.
/// </summary>
[Alias("session-streams")]
public interface ISessionStreams : IGrainWithStringKey
{
    /// <summary>
    /// Declares a stream of the caller, or declares it anew; all members are told. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>,
    /// <see cref="RefusalCode.StreamKindMissing"/>, <see cref="RefusalCode.LimitReached"/> (streams of a user).
    /// </summary>
    [Alias("declare-data-stream")]
    Task<MemberStreams> DeclareDataStream(Caller caller, DataStream stream);

    /// <summary>
    /// Takes a stream of the caller back; all members are told. One that was not declared is fine. Caller: a member. Refusals:
    /// <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.StreamKindMissing"/>.
    /// </summary>
    [Alias("remove-data-stream")]
    Task<MemberStreams> RemoveDataStream(Caller caller, string? kind);

    /// <summary>Takes all streams of the caller back; all members are told. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>.</summary>
    [Alias("remove-all-data-streams")]
    Task<MemberStreams> RemoveAllDataStreams(Caller caller);

    /// <summary>What a member has declared. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.StreamUserMissing"/>, <see cref="RefusalCode.NotJoined"/> (the owner).</summary>
    [Alias("get-available-data-streams"), Repeatable]
    Task<ImmutableArray<DataStream>> GetAvailableDataStreams(Caller caller, UserId? owner);

    /// <summary>
    /// Registers the caller for a stream of a member, which may be the caller itself, declared or not; the caller's devices are told. Caller: a member. Refusals, in this order:
    /// <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.StreamUserMissing"/>, <see cref="RefusalCode.NotJoined"/> (the owner),
    /// <see cref="RefusalCode.StreamKindMissing"/>, <see cref="RefusalCode.LimitReached"/> (registrations of a user).
    /// </summary>
    [Alias("register-for-data-stream")]
    Task<MemberStreams> RegisterForDataStream(Caller caller, StreamOfUser stream);

    /// <summary>
    /// Ends a registration of the caller; the caller's devices are told. One that there was not is fine, and so is an owner who has left. Caller: a member. Refusals, in this
    /// order: <see cref="RefusalCode.NotInSession"/>, <see cref="RefusalCode.StreamUserMissing"/>, <see cref="RefusalCode.StreamKindMissing"/>.
    /// </summary>
    [Alias("unregister-from-data-stream")]
    Task<MemberStreams> UnregisterFromDataStream(Caller caller, StreamOfUser stream);

    /// <summary>Ends all registrations of the caller; its devices are told. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>.</summary>
    [Alias("unregister-from-all-data-streams")]
    Task<MemberStreams> UnregisterFromAllDataStreams(Caller caller);

    /// <summary>What the caller has declared and is registered for. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>.</summary>
    [Alias("get-data-streams"), Repeatable]
    Task<MemberStreams> GetDataStreams(Caller caller);

    /// <summary>Whether a member gets the packets of a stream, now. Called by the stream.</summary>
    [Alias("is-registered"), Repeatable]
    Task<bool> IsRegistered(UserId user, DataStreamKey stream);

    /// <summary>What a stream must know of its owner. Called by the stream.</summary>
    [Alias("get-stream-standing"), Repeatable]
    Task<StreamStanding> GetStreamStanding(DataStreamKey stream);

    /// <summary>
    /// Passes audio on to all other members, in the order of the session; it is not kept. Caller: a member. Refusals: <see cref="RefusalCode.NotInSession"/>,
    /// <see cref="RefusalCode.EventDataMissing"/>.
    /// </summary>
    [Alias("push-audio")]
    Task<Position> PushAudio(Caller caller, Payload? data);

    /// <summary>
    /// Tells the owner of a stream, on all of its devices, that packets were dropped; when it has left, nobody. Called by a gateway about its own receivers, at most once a second
    /// for a stream.
    /// </summary>
    [Alias("packets-dropped"), OneWay]
    Task PacketsDropped(DataStreamKey stream, ImmutableArray<ReceiverDrops> drops);
}

/// <summary>A stream as a client names it: what is missing has a refusal of its own.</summary>
[GenerateSerializer, Immutable, Alias("stream-of-user")]
public sealed record StreamOfUser([property: Id(0)] UserId? Owner, [property: Id(1)] string? Kind);

/// <summary>What a member has declared and is registered for, at a place of the session.</summary>
/// <param name="ChangedAt">The place of the change that this answers; null when nothing has changed.</param>
[GenerateSerializer, Immutable, Alias("member-streams-answer")]
public sealed record MemberStreams(
    [property: Id(0)] ImmutableArray<DataStream> Declared,
    [property: Id(1)] ImmutableArray<Registration> Registered,
    [property: Id(2)] Position At,
    [property: Id(3)] Position? ChangedAt = null);

/// <summary>A stream that a member is registered for.</summary>
/// <param name="Description">As its owner has declared it; empty when it is not declared.</param>
[GenerateSerializer, Immutable, Alias("stream-registration")]
public sealed record Registration([property: Id(0)] DataStreamKey Stream, [property: Id(1)] string Description);

/// <summary>A stream as its session sees it at a place.</summary>
/// <param name="IsMember">Whether its owner may send.</param>
/// <param name="Stream">Null when it is not declared.</param>
[GenerateSerializer, Immutable, Alias("stream-standing")]
public sealed record StreamStanding([property: Id(0)] bool IsMember, [property: Id(1)] DataStream? Stream, [property: Id(2)] Position At);
