using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Orchestrator.Api;
using Orchestrator.Rooms;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.VrTogether;

/// <summary>A login, as far as clients of this wire know it: they have no word for coming back, so they get nothing to come back with.</summary>
/// <param name="Session">The session that the user is in already, with another device; mostly absent.</param>
internal sealed record LoginShape(UserId UserId, Encoded<SessionShape>? Session);

/// <summary>A user. What stands behind <paramref name="SfuData"/> only newer clients know.</summary>
/// <param name="UserAdmin">Absent where a session speaks of its members: it does not know.</param>
/// <param name="UserData">Always an object.</param>
/// <param name="SfuData">An object without keys for who is in no session.</param>
internal sealed record UserShape(
    UserId UserId, string UserName, bool? UserAdmin, Payload UserData, object SfuData, Presence? Presence = null, RoomId? RoomId = null, SessionId? SessionId = null)
{
    private static readonly object NoSfuData = Payload.EmptyObject;
    private static readonly ConditionalWeakTable<MemberRecord, Encoded<UserShape>> Members = [];

    /// <summary>A member in its session, which many read and which is mostly as it was.</summary>
    public static Encoded<UserShape> Shared(MemberRecord member) => Members.GetValue(
        member, static from => new(() => Of(from), isShared: from.UserData is null or { Attachments.IsEmpty: true }));

    public static UserShape Of(MemberRecord member) => new(
        member.UserId, member.UserName, null, member.UserData ?? Payload.EmptyObject, VrTogether.SfuData.None, member.Presence, member.RoomId);

    public static UserShape Of(UserRecord user) => new(
        user.UserId, user.UserName, user.UserAdmin, user.UserData, user.SessionId is null ? NoSfuData : VrTogether.SfuData.None, user.Presence, SessionId: user.SessionId);

    public static UserShape Of(UserBody account) => new(account.UserId, account.UserName, account.UserAdmin, Payload.EmptyObject, NoSfuData);
}

/// <summary>Where a member's media go through; all empty when its session needs no unit.</summary>
internal sealed record SfuData(
    [property: JsonPropertyName("url_gen")] string UrlGen, [property: JsonPropertyName("url_audio")] string UrlAudio, [property: JsonPropertyName("url_pcc")] string UrlPcc)
{
    public static SfuData None { get; } = new("", "", "");
}

/// <summary>Where the live presenter is seen; empty when there is none.</summary>
internal sealed record LivePresenterData(string LiveAddress, string VodAddress)
{
    public static LivePresenterData None { get; } = new("", "");
}
