using System.Collections.Immutable;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>Another set of streams or registrations in a session. It is no part of the session's record.</summary>
[GenerateSerializer, Immutable, Alias("data-streams-changed")]
public abstract record DataStreamsChanged : SessionEvent;

/// <summary>A member has declared a stream, or declared it anew.</summary>
[GenerateSerializer, Immutable, Alias("data-stream-declared")]
public sealed record DataStreamDeclared([property: Id(0)] UserId User, [property: Id(1)] DataStream Stream) : DataStreamsChanged
{
    public override int Bytes => base.Bytes + Stream.Kind.Length + Stream.Description.Length;
}

/// <summary>A member has taken a stream back. Whoever leaves takes back all of them, without a word.</summary>
[GenerateSerializer, Immutable, Alias("data-stream-removed")]
public sealed record DataStreamRemoved([property: Id(0)] UserId User, [property: Id(1)] string Kind) : DataStreamsChanged;

/// <summary>A member gets the packets of a stream from now on, on all of its devices.</summary>
[GenerateSerializer, Immutable, Alias("data-stream-registered")]
public sealed record DataStreamRegistered([property: Id(0)] UserId User, [property: Id(1)] DataStreamKey Stream) : DataStreamsChanged
{
    public override bool IsTold => false;
}

/// <summary>A member gets the packets of a stream no longer.</summary>
[GenerateSerializer, Immutable, Alias("data-stream-unregistered")]
public sealed record DataStreamUnregistered([property: Id(0)] UserId User, [property: Id(1)] DataStreamKey Stream) : DataStreamsChanged
{
    public override bool IsTold => false;
}

/// <summary>Audio from one member to the others, without any registration.</summary>
[GenerateSerializer, Immutable, Alias("audio-sent")]
public sealed record AudioSent([property: Id(0)] UserId From, [property: Id(1)] Payload Data) : SessionEvent
{
    public override int Bytes => base.Bytes + Data.Bytes;

    public override bool ChangesState => false;

    public override bool IsKept => false;
}

/// <summary>Receivers were too slow for a stream, and packets were dropped for them as the stream says. Its owner is told; it is told once.</summary>
[GenerateSerializer, Immutable, Alias("packets-dropped")]
public sealed record PacketsDropped([property: Id(0)] DataStreamKey Stream, [property: Id(1)] ImmutableArray<ReceiverDrops> Drops) : SessionEvent
{
    public override bool ChangesState => false;

    public override bool IsKept => false;
}

/// <summary>How many packets were dropped for one receiver, on all of its devices at one gateway, since the last notice.</summary>
[GenerateSerializer, Immutable, Alias("receiver-drops")]
public readonly record struct ReceiverDrops([property: Id(0)] UserId User, [property: Id(1)] long Count);
