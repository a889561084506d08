using Orchestrator.Delivery;
using Orchestrator.Users;

namespace Orchestrator.Accounts;

/// <summary>The rules of an account. It knows no engine, no clock and no store.</summary>
public sealed class Account
{
    private const int FreeFailures = 5;
    private static readonly TimeSpan DelayFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DelayLast = TimeSpan.FromMinutes(5);

    private int _failures;
    private DateTimeOffset _nextAttempt = DateTimeOffset.MinValue;

    public AccountState? State { get; private set; }

    public AccountRecord Record => new(Existing.User, Existing.Name, Existing.CreatedAt, Existing.Version, Existing.Role == Role.Administrator);

    private AccountState Existing => State ?? throw new Refusal(RefusalCode.UserNotFound, "There is no such account.");

    public void Restore(AccountState state) => State = state;

    public void DemandFree()
    {
        if (State is not null)
        {
            throw new Refusal(RefusalCode.NameTaken, "An account of that name exists.");
        }
    }

    public IReadOnlyList<Outgoing> Register(RegisterAccount command, UserId user, DateTimeOffset now)
    {
        DemandFree();
        return Happened(new AccountRegistered(new AccountState
        {
            User = user,
            Name = command.UserName,
            PasswordHash = command.PasswordHash,
            CreatedAt = now,
        }));
    }

    public IReadOnlyList<Outgoing> ChangePassword(ChangePassword command) =>
        Happened(new PasswordChanged(command.PasswordHash, Existing.Version + 1));

    public IReadOnlyList<Outgoing> ChangeRole(Role role) => Existing.Role == role ? [] : Happened(new RoleChanged(role));

    public IReadOnlyList<Outgoing> Remove()
    {
        _ = Existing;
        return Happened(new AccountRemoved());
    }

    /// <summary>Hash to compare with, unless too many comparisons failed just now.</summary>
    public AccountCredentials Credentials(DateTimeOffset now) => now < _nextAttempt
        ? throw new Refusal(RefusalCode.TooManyRequests, "Too many failed logins; try again later.")
        : new AccountCredentials(Record, Existing.PasswordHash);

    /// <summary>After a few free failures each one doubles the time until the next attempt.</summary>
    public void SignInFailed(DateTimeOffset now)
    {
        _failures++;
        if (_failures >= FreeFailures)
        {
            var delay = DelayFirst * Math.Pow(2, Math.Min(_failures - FreeFailures, 16));
            _nextAttempt = now + (delay < DelayLast ? delay : DelayLast);
        }
    }

    public void SignedIn()
    {
        _failures = 0;
        _nextAttempt = DateTimeOffset.MinValue;
    }

    private IReadOnlyList<Outgoing> Happened(Event @event)
    {
        State = @event switch
        {
            AccountRegistered e => e.State,
            PasswordChanged e => Existing with { PasswordHash = e.PasswordHash, Version = e.Version },
            RoleChanged e => Existing with { Role = e.Role },
            AccountRemoved => null,
            _ => State,
        };
        return [Outgoing.Silent(@event)];
    }
}
