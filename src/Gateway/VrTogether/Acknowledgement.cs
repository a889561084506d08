using System.Collections.Frozen;

namespace Orchestrator.VrTogether;

/// <summary>The answer to a request, in an acknowledgement. Its body is an object always, because clients read it without a look.</summary>
/// <param name="Message">"OK", or why not; for the numbers that VRTogether clients know, in the words that they know.</param>
/// <param name="CommandId">What the request gave as such; absent when it gave none.</param>
internal sealed record Acknowledgement(int Error, string Message, object Body, Payload? CommandId)
{
    /// <summary>A body with nothing in it.</summary>
    public static object NoBody { get; } = Payload.EmptyObject;

    /// <summary>Texts of version 2 where they are not ours. They are on its wire, so they are for ever.</summary>
    private static readonly FrozenDictionary<RefusalCode, string> Texts = new Dictionary<RefusalCode, string>
    {
        [RefusalCode.NotLoggedIn] = "The user credentials are missing",
        [RefusalCode.SessionNotCreated] = "Could not create session",
        [RefusalCode.NotAdministrator] = "You are not the administrator of this session",
        [RefusalCode.SessionNotFound] = "The session was not found",
        [RefusalCode.SessionNotEmpty] = "The session is not empty",
        [RefusalCode.AlreadyInSession] = "The user already in a session",
        [RefusalCode.AlreadyInThisSession] = "The user already in this session",
        [RefusalCode.NotJoined] = "The user has not joined any session",
        [RefusalCode.NotInSession] = "The user is not in any session",
        [RefusalCode.TargetNotInSession] = "The target user is not in the same session",
        [RefusalCode.UserNotFound] = "The user was not found",
        [RefusalCode.UserDataMissing] = "User data (JSON) missing",
        [RefusalCode.TimeUnavailable] = "Could not get NTP time",
        [RefusalCode.NoMaster] = "No master for this session was found",
        [RefusalCode.EventDataMissing] = "No event data has been provided",
        [RefusalCode.NotMaster] = "The user is not the master of this session",
        [RefusalCode.TargetMissing] = "Missing target user ID",
        [RefusalCode.StreamUserMissing] = "Missing user parameter",
        [RefusalCode.StreamKindMissing] = "Missing type for data stream",
    }.ToFrozenDictionary();

    /// <summary>A refusal, in the words of this wire.</summary>
    public static Acknowledgement Refusing(int error, string sentence, Payload? commandId) =>
        new(error, Texts.GetValueOrDefault((RefusalCode)error) ?? sentence, NoBody, commandId);
}
