using Orchestrator.DataStreams;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>A declared stream as clients see it.</summary>
/// <param name="DataSteamDescription">The same again, as the clients of version 2 spell it.</param>
public sealed record DeclaredStreamBody(
    UserId DataStreamUserId,
    string DataStreamKind,
    string DataStreamDescription,
    string DataSteamDescription,
    PacketPolicy Policy,
    int? WaitingMax,
    long? BytesPerSecondMax)
{
    public static DeclaredStreamBody Of(UserId owner, DataStream stream) =>
        new(owner, stream.Kind, stream.Description, stream.Description, stream.Policy, stream.WaitingMax, stream.BytesPerSecondMax);
}

/// <summary>A stream that somebody is registered for.</summary>
/// <param name="DataStreamDescription">Empty while its owner has not declared it.</param>
/// <param name="Dropped">Packets that were dropped on this connection since it hears the stream, because it was too slow; told where one asks for its registrations.</param>
public sealed record RegisteredStreamBody(UserId DataStreamUserId, string DataStreamKind, string DataStreamDescription, long? Dropped = null);

/// <summary>What a member has declared, by kind, and what it is registered for, by owner and kind.</summary>
/// <param name="ConnectionId">The user's own id.</param>
/// <param name="ConnectionLoggedAs">The same again.</param>
public sealed record StreamStateBody(
    IReadOnlyDictionary<string, DeclaredStreamBody> DataStreams,
    IReadOnlyDictionary<string, RegisteredStreamBody> RemoteDataStreams,
    UserId ConnectionId,
    UserId ConnectionLoggedAs)
{
    public static StreamStateBody Of(UserId user, MemberStreams streams) => new(ByKind(user, streams.Declared), ByName(streams.Registered), user, user);

    public static IReadOnlyDictionary<string, DeclaredStreamBody> ByKind(UserId owner, IEnumerable<DataStream> streams) =>
        streams.ToDictionary(s => s.Kind, s => DeclaredStreamBody.Of(owner, s), StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, RegisteredStreamBody> ByName(IEnumerable<Registration> registrations, Func<DataStreamKey, long>? dropped = null) =>
        registrations.ToDictionary(
            r => $"{r.Stream.Owner}::{r.Stream.Kind}",
            r => new RegisteredStreamBody(r.Stream.Owner, r.Stream.Kind, r.Description, dropped?.Invoke(r.Stream)),
            StringComparer.Ordinal);
}

/// <summary>What opens a packet socket beside the caller's connection.</summary>
/// <param name="PacketToken">For the request's Authorization header, or its access_token.</param>
/// <param name="ExpiresSeconds">How long it can be used; a socket that is open stays open.</param>
public sealed record PacketTokenBody(string PacketToken, int ExpiresSeconds)
{
    public static PacketTokenBody Of(PacketTokens tokens, CommandContext context) =>
        new(tokens.Issue(context.Socket.Id, context.User), (int)PacketTokens.Lifetime.TotalSeconds);
}
