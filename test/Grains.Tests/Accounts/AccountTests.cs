using Orchestrator.Delivery;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Accounts;

public sealed class AccountTests
{
    private readonly Account _account = new();

    [Fact]
    public void A_registered_account_has_a_user_a_name_and_version_one()
    {
        Register().ShouldHaveSingleItem().Audience.ShouldBeNull();
        _account.Record.ShouldBe(new AccountRecord(Id("u1"), "Ann", Start, 1));
        _account.Credentials(Start).ShouldBe(new AccountCredentials(_account.Record, "hash"));
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_changes_nothing()
    {
        Register();
        var before = _account.State;
        RefusalOf(() => _account.Register(new RegisterAccount("ANN", "other"), Id("u2"), Start)).ShouldBe(RefusalCode.NameTaken);
        _account.State.ShouldBeSameAs(before);
    }

    [Fact]
    public void What_was_never_registered_is_not_found()
    {
        RefusalOf(() => _ = _account.Record).ShouldBe(RefusalCode.UserNotFound);
        RefusalOf(() => _account.Credentials(Start)).ShouldBe(RefusalCode.UserNotFound);
        RefusalOf(() => _account.ChangePassword(new ChangePassword("x"))).ShouldBe(RefusalCode.UserNotFound);
        RefusalOf(() => _account.Remove()).ShouldBe(RefusalCode.UserNotFound);
        RefusalOf(() => _account.ChangeRole(Role.Administrator)).ShouldBe(RefusalCode.UserNotFound);
        _account.State.ShouldBeNull();
    }

    [Fact]
    public void Another_password_counts_the_version_up()
    {
        Register();
        _account.ChangePassword(new ChangePassword("new")).ShouldBe([Outgoing.Silent(new PasswordChanged("new", 2))]);
        _account.Record.Version.ShouldBe(2);
        _account.Credentials(Start).PasswordHash.ShouldBe("new");
        _account.Record.UserId.ShouldBe(Id("u1"));
    }

    [Fact]
    public void A_new_account_is_an_ordinary_users_until_it_gets_another_role()
    {
        Register();
        _account.Record.Role.ShouldBe(Role.User);
        _account.ChangeRole(Role.Administrator).ShouldBe([Outgoing.Silent(new RoleChanged(Role.Administrator))]);
        _account.Record.UserAdmin.ShouldBeTrue();
        _account.ChangeRole(Role.Administrator).ShouldBeEmpty();
        _account.Record.Version.ShouldBe(1, "a role voids no token: it is looked up");
        _account.ChangeRole(Role.User);
        _account.Record.Role.ShouldBe(Role.User);
    }

    [Fact]
    public void A_removed_account_is_gone_and_its_name_free()
    {
        Register();
        _account.Remove();
        _account.State.ShouldBeNull();
        RefusalOf(() => _account.Remove()).ShouldBe(RefusalCode.UserNotFound);
        Register();
    }

    [Fact]
    public void Restoring_brings_the_account_back()
    {
        Register();
        var restored = new Account();
        restored.Restore(_account.State!);
        restored.Record.ShouldBe(_account.Record);
    }

    [Fact]
    public void A_few_failures_are_free()
    {
        Register();
        Fail(4);
        RefusalOf(() => _account.Credentials(Start)).ShouldBeNull();
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(7, 4)]
    [InlineData(8, 8)]
    [InlineData(12, 128)]
    [InlineData(13, 256)]
    [InlineData(14, 300)]
    [InlineData(100, 300)]
    [InlineData(10_000, 300)]
    public void Then_each_failure_doubles_the_time_to_the_next_attempt_up_to_five_minutes(int failures, double seconds)
    {
        Register();
        Fail(failures);
        RefusalOf(() => _account.Credentials(Start.AddSeconds(seconds - 0.001))).ShouldBe(RefusalCode.TooManyRequests);
        RefusalOf(() => _account.Credentials(Start.AddSeconds(seconds))).ShouldBeNull();
    }

    [Fact]
    public void A_success_forgets_the_failures()
    {
        Register();
        Fail(10);
        _account.SignedIn();
        RefusalOf(() => _account.Credentials(Start)).ShouldBeNull();
        Fail(4);
        RefusalOf(() => _account.Credentials(Start)).ShouldBeNull();
    }

    [Fact]
    public void Too_many_attempts_is_a_temporary_refusal() => RefusalCode.TooManyRequests.IsTemporary().ShouldBeTrue();

    private IReadOnlyList<Outgoing> Register() => _account.Register(new RegisterAccount("Ann", "hash"), Id("u1"), Start);

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _account.SignInFailed(Start);
        }
    }
}
