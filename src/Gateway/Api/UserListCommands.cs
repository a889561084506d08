using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Names a user; without an id, or with an empty one, the caller.</summary>
public sealed record UserParameters(string? UserId = null);

/// <summary>Commands that read who is here.</summary>
public sealed class UserListCommands
{
    private readonly IGrainFactory _grains;
    private readonly UserListReplica _list;

    public UserListCommands(IGrainFactory grains, UserListReplica list)
    {
        (_grains, _list) = (grains, list);
        GetUsers = new("GetUsers", List);
        GetUserInfo = new("GetUserInfo", Get);
    }

    public Command<NoParameters, Encoded<IReadOnlyDictionary<UserId, UserRecord>>> GetUsers { get; }

    public Command<UserParameters, UserRecord> GetUserInfo { get; }

    private async Task<Answer<Encoded<IReadOnlyDictionary<UserId, UserRecord>>>> List(CommandContext context, NoParameters parameters)
    {
        var users = await _list.Read(context.Connection?.LastUserChange, context.CancellationToken);
        if (context.Connection is { } connection)
        {
            // Seen; the list never goes back.
            connection.LastUserChange = null;
        }

        return new(users);
    }

    private async Task<Answer<UserRecord>> Get(CommandContext context, UserParameters parameters) =>
        new(await _grains.GetGrain<IUserGrain>(IdOf(parameters, context.User).Value).GetRecord());

    /// <summary>Whom the parameters name. An id that nobody can have is that of nobody.</summary>
    internal static UserId IdOf(UserParameters parameters, Caller caller)
    {
        if (string.IsNullOrEmpty(parameters.UserId))
        {
            return caller.User;
        }

        return IId<UserId>.IsWellFormed(parameters.UserId)
            ? new UserId(parameters.UserId)
            : throw new Refusal(RefusalCode.UserNotFound, "The user was not found.");
    }
}
