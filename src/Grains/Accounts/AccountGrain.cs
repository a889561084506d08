using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>The shell of <see cref="Account"/>.</summary>
[Reentrant]
public sealed class AccountGrain : Grain, IAccountGrain
{
    private readonly Account _account = new();
    private readonly Committer<AccountState> _commit;
    private readonly IIdSource _ids;
    private readonly TimeProvider _time;

    public AccountGrain(
        [PersistentState("account")] IPersistentState<Stored<AccountState>> store, Limits limits, TimeProvider time, IIdSource ids, ILogger<AccountGrain> log)
    {
        _ids = ids;
        _time = time;
        _commit = new(store, new(() => _account.State, null, static _ => { }, DeactivateOnIdle, limits, time, log));
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await _commit.Begin() is { } stored)
        {
            _account.Restore(stored);
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _commit.End(cancellationToken);

    public async Task<AccountRecord> Register(RegisterAccount command)
    {
        // Anybody may ask for any name, so the key belongs to who asks.
        var key = Key(command.By, command.Key);
        if (_commit.TryRecall<AccountRecord>(key, out var first))
        {
            await _commit.Settled();
            return first;
        }

        _account.DemandFree();
        var user = new UserId(_ids.Next());
        // First, because a hint to nothing does no harm, but an account without one could not be found by its user.
        await Of(user).Set(this.GetPrimaryKeyString());
        return await _commit.Durable(key, () => _account.Register(command, user, _time.GetUtcNow()), () => _account.Record);
    }

    public async Task<AccountRecord> Get()
    {
        await _commit.Settled();
        return _account.Record;
    }

    public async Task<AccountCredentials> GetCredentials()
    {
        await _commit.Settled();
        return _account.Credentials(_time.GetUtcNow());
    }

    public Task SignInFailed()
    {
        _account.SignInFailed(_time.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task SignedIn()
    {
        _account.SignedIn();
        return Task.CompletedTask;
    }

    // Only the owner does this, which is checked at the edge: the key belongs to the account.
    public Task ChangePassword(ChangePassword command) =>
        _commit.Durable(Key(this.GetPrimaryKeyString(), command.Key), () => _account.ChangePassword(command), static () => true);

    public Task<AccountRecord> ChangeRole(Role role) => _commit.Durable(null, () => _account.ChangeRole(role), () => _account.Record);

    public async Task Remove()
    {
        await _commit.Durable(null, _account.Remove, static () => true);
        // Its keys and failed logins are not those of the next account of this name.
        DeactivateOnIdle();
    }

    private static CommandKey? Key(string owner, string? key) => key is null ? null : new CommandKey(owner, key);

    private IAccountOfUserGrain Of(UserId user) => GrainFactory.GetGrain<IAccountOfUserGrain>(user.Value);
}
