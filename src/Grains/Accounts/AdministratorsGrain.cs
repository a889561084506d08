using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>
/// The shell of <see cref="Administrators"/>. Like the user's it is not reentrant: it looks at an account, waits for it, and then records, so two roles must not change at
/// once. Whoever gets the role is counted after the account has it, whoever loses it is struck out before: a crash in between leaves one too few here, never one too many.
/// </summary>
public sealed class AdministratorsGrain : Grain, IAdministratorsGrain
{
    private readonly Administrators _administrators = new();
    private readonly Committer<AdministratorsState> _commit;

    public AdministratorsGrain(
        [PersistentState("administrators")] IPersistentState<Stored<AdministratorsState>> store, Limits limits, TimeProvider time, ILogger<AdministratorsGrain> log) =>
        _commit = new(store, new(() => _administrators.State, null, static _ => { }, DeactivateOnIdle, limits, time, log));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is { } stored)
        {
            _administrators.Restore(stored);
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public async Task<AccountRecord> ChangeRole(ChangeRole command)
    {
        var account = await Account(command.Account).Get();
        if (command.Role == Role.Administrator)
        {
            var promoted = await Account(command.Account).ChangeRole(Role.Administrator);
            await Write(() => _administrators.Add(account.UserId));
            return promoted;
        }

        if (!account.UserAdmin)
        {
            return account;
        }

        await Write(() => _administrators.Remove(account.UserId));
        return await Account(command.Account).ChangeRole(Role.User);
    }

    public async Task Remove(RemoveAccount command)
    {
        CommandKey? key = command.Key is null ? null : new CommandKey(command.By, command.Key);
        if (_commit.TryRecall<bool>(key, out _))
        {
            return;
        }

        if (command.Account.Length == 0)
        {
            throw new Refusal(RefusalCode.UserNotFound, "There is no such account.");
        }

        if (await Find(command) is { } account)
        {
            if (account.UserAdmin)
            {
                await Write(() => _administrators.Remove(account.UserId));
            }

            await Account(command.Account).Remove();
        }

        if (key is not null)
        {
            await Write(static () => { }, key);
        }
    }

    /// <summary>Null when the account is gone, and perhaps somebody else has its name by now: the rest of a removal that was not finished follows.</summary>
    private async Task<AccountRecord?> Find(RemoveAccount command)
    {
        try
        {
            var account = await Account(command.Account).Get();
            return account.UserId == command.User ? account : null;
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.UserNotFound)
        {
            return null;
        }
    }

    private Task<bool> Write(Action change, CommandKey? key = null) => _commit.Durable(
        key,
        () =>
        {
            change();
            return [];
        },
        static () => true,
        nameof(Remove));

    private IAccountGrain Account(string name) => GrainFactory.GetGrain<IAccountGrain>(name);
}
