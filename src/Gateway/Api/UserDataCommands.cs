using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Sets one key of the caller's data.</summary>
/// <param name="UserDataValue">Any JSON value.</param>
public sealed record UserDataKeyParameters(string UserDataKey, Payload? UserDataValue, string? Key = null);

/// <summary>Sets several keys of the caller's data.</summary>
/// <param name="UserDataArray">An object, or a list of { key, value } or { userDataKey, userDataValue }; or either as a text.</param>
public sealed record UserDataArrayParameters(Payload? UserDataArray = null, string? Key = null);

/// <summary>Sets keys of the caller's data.</summary>
/// <param name="UserDataJson">An object, or its text. Its keys are set, as a whole each; the others stay.</param>
public sealed record UserDataJsonParameters(Payload? UserDataJson = null, string? Key = null);

/// <summary>Removes all of the caller's data.</summary>
public sealed record ClearUserDataParameters(string? Key = null);

/// <summary>Commands about what users say of themselves. Each answers with all of the data.</summary>
public sealed class UserDataCommands
{
    private readonly IGrainFactory _grains;
    private readonly Limits _limits;

    public UserDataCommands(IGrainFactory grains, Limits limits)
    {
        (_grains, _limits) = (grains, limits);
        GetUserData = new("GetUserData", Get);
        UpdateUserData = new(
            "UpdateUserData",
            (c, p) => Change(c, new(UserDataPatch.Of(p.UserDataKey, p.UserDataValue), p.Key)),
            static (p, limits) => Validate(p.UserDataKey, p.Key, limits));
        UpdateUserDataArray = new(
            "UpdateUserDataArray",
            (c, p) => Change(c, new(UserDataPatch.OfArray(p.UserDataArray), p.Key)),
            static (p, limits) => Validation.Key(p.Key, limits));
        UpdateUserDataJson = new(
            "UpdateUserDataJson",
            (c, p) => Change(c, new(UserDataPatch.OfJson(p.UserDataJson), p.Key)),
            static (p, limits) => Validation.Key(p.Key, limits));
        ClearUserData = new("ClearUserData", (c, p) => Change(c, new(null, p.Key)), static (p, limits) => Validation.Key(p.Key, limits));
    }

    public Command<UserParameters, Payload> GetUserData { get; }

    public Command<UserDataKeyParameters, Payload> UpdateUserData { get; }

    public Command<UserDataArrayParameters, Payload> UpdateUserDataArray { get; }

    public Command<UserDataJsonParameters, Payload> UpdateUserDataJson { get; }

    public Command<ClearUserDataParameters, Payload> ClearUserData { get; }

    private static void Validate(string name, string? key, Limits limits)
    {
        if (name.Length == 0)
        {
            throw Refusal.BadRequest("The parameter 'userDataKey' is empty.");
        }

        Validation.Key(key, limits);
    }

    private async Task<Answer<Payload>> Get(CommandContext context, UserParameters parameters)
    {
        var user = UserListCommands.IdOf(parameters, context.User);
        return new(user == context.User.User
            ? (await User(user).GetOwnData(context.User)).Data
            : (await User(user).GetRecord()).UserData);
    }

    private async Task<Answer<Payload>> Change(CommandContext context, ChangeUserData command)
    {
        if (command.Patch?.Utf8.Length > _limits.UserDataBytesMax)
        {
            throw new Refusal(RefusalCode.LimitReached, $"A user's data has at most {_limits.UserDataBytesMax} bytes.");
        }

        var changed = await User(context.User.User).ChangeData(context.User, command);
        if (context.Connection is { } connection)
        {
            connection.LastUserChange = new(context.User.User, changed.UserAt);
        }

        return new(changed.Data, changed.Session is { } session ? Place.Of(session.Value, changed.At) : null);
    }

    private IUserGrain User(UserId user) => _grains.GetGrain<IUserGrain>(user.Value);
}
