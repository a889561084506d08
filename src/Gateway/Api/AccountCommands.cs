using Orchestrator.Accounts;
using Orchestrator.Administration;
using Orchestrator.Connections;
using Orchestrator.Http;
using Orchestrator.Security;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Creates an account. Before login too.</summary>
/// <param name="UserAdmin">Whether it administers the orchestrator; only an administrator gives that.</param>
/// <param name="Key">Idempotency key: repeated with the same key, the first account is answered.</param>
public sealed record AddUserParameters(string UserName, string UserPassword, bool UserAdmin = false, string? Key = null);

/// <summary>Deletes the caller's own account, or for administrators any; its connections are closed.</summary>
public sealed record DeleteUserParameters(UserId? UserId = null, string? Key = null);

/// <summary>A user with an account.</summary>
public sealed record UserBody(UserId UserId, string UserName, bool UserAdmin)
{
    public static UserBody Of(AccountRecord account) => new(account.UserId, account.UserName, account.UserAdmin);
}

/// <summary>Commands about accounts, as older clients have them; HTTP has more.</summary>
public sealed class AccountCommands
{
    private const string Password = "userPassword";

    private readonly AccountService _accounts;
    private readonly ConnectionCloser _closer;
    private readonly PasswordRate _rate;
    private readonly Audit _audit;

    public AccountCommands(AccountService accounts, ConnectionCloser closer, PasswordRate rate, Audit audit)
    {
        (_accounts, _closer, _rate, _audit) = (accounts, closer, rate, audit);
        AddUser = new("AddUser", Add);
        DeleteUser = new("DeleteUser", Delete, static (p, limits) => Validation.Key(p.Key, limits));
    }

    public Command<AddUserParameters, UserBody> AddUser { get; }

    public Command<DeleteUserParameters, Nothing> DeleteUser { get; }

    private async Task<Answer<UserBody>> Add(CommandContext context, AddUserParameters parameters)
    {
        _rate.Demand(context.Origin.Address);
        if (!parameters.UserAdmin)
        {
            return new(UserBody.Of(await _accounts.Register(context, parameters, Password)));
        }

        if (!context.MayAdminister)
        {
            _audit.Refused(context, "AddUser", parameters.UserName);
            throw new Refusal(RefusalCode.NotAllowed, "Only an administrator makes an administrator.");
        }

        return await _audit.Recorded(context, "AddUser", parameters.UserName, async () =>
        {
            await _accounts.Register(context, parameters, Password);
            return new Answer<UserBody>(UserBody.Of(await _accounts.ChangeRole(parameters.UserName, Role.Administrator)));
        });
    }

    private async Task<Answer<Nothing>> Delete(CommandContext context, DeleteUserParameters parameters)
    {
        var caller = context.User;
        var target = parameters.UserId ?? caller.User;
        if (target != caller.User && !context.MayAdminister)
        {
            _audit.Refused(context, "DeleteUser", target.Value);
            throw new Refusal(RefusalCode.NotAllowed, "Only an administrator deletes another user's account.");
        }

        return await _audit.Recorded(context, "DeleteUser", target.Value, async () =>
        {
            await _accounts.Remove(target, caller.User, parameters.Key);
            if (target == caller.User && context.Connection is { } connection)
            {
                // It is answered before it closes, so it is logged out by itself.
                await _closer.Unsubscribe(connection);
                connection.LoggedOut();
                connection.EndsAfterReply = CloseCode.AccountRemoved;
            }

            await _accounts.DismissRemoved(target);
            return Nothing.Answer;
        });
    }
}
