using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Accounts;

public sealed class AccountGrainTests() : AccountGrainSuite(copyMessages: false);

public abstract class AccountGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    private IAccountGrain Ann => Host.Account("ann");

    [Fact]
    public async Task An_account_is_there_after_a_restart()
    {
        var registered = await Ann.Register(new RegisterAccount("Ann", "hash"));
        Host.Storage.Holds("account", "ann").ShouldBeTrue("it was answered, so it is written");
        await Ann.ChangePassword(new ChangePassword("new"));
        await Restart();
        (await Ann.Get()).ShouldBe(registered with { Version = 2 });
        (await Ann.GetCredentials()).PasswordHash.ShouldBe("new");
    }

    [Fact]
    public async Task Of_two_that_register_a_name_at_once_one_gets_it()
    {
        var both = await Task.WhenAll(RefusalOf(Ann.Register(new RegisterAccount("Ann", "a"))), RefusalOf(Ann.Register(new RegisterAccount("ANN", "b"))));
        both.Order().ShouldBe([null, RefusalCode.NameTaken]);
    }

    [Fact]
    public async Task The_same_key_registers_once_and_is_known_after_a_restart()
    {
        var first = await Ann.Register(new RegisterAccount("Ann", "hash", "key-0001"));
        (await Ann.Register(new RegisterAccount("Ann", "hash", "key-0001"))).ShouldBe(first);
        await Restart();
        (await Ann.Register(new RegisterAccount("Ann", "hash", "key-0001"))).ShouldBe(first);
    }

    [Fact]
    public async Task A_key_belongs_to_who_asks()
    {
        await Ann.Register(new RegisterAccount("Ann", "hash", "key-0001"));
        (await RefusalOf(Ann.Register(new RegisterAccount("Ann", "hash", "key-0001", "root")))).ShouldBe(RefusalCode.NameTaken);
        await Ann.ChangePassword(new ChangePassword("new", "key-0001"));
        await Ann.ChangePassword(new ChangePassword("new", "key-0001"));
        (await Ann.Get()).Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_registration_that_is_not_written_is_refused_as_temporary_and_never_was()
    {
        Host.Storage.Failure = _ => new IOException("The disk is full.");
        (await RefusalOf(Ann.Register(new RegisterAccount("Ann", "hash", "key-0001")))).ShouldBe(RefusalCode.Temporary);
        Host.Storage.Failure = null;
        (await RefusalOf(Ann.Get())).ShouldBe(RefusalCode.UserNotFound);
        (await Ann.Register(new RegisterAccount("Ann", "hash", "key-0001"))).UserName.ShouldBe("Ann");
    }

    [Fact]
    public async Task A_removed_account_leaves_no_record()
    {
        await Ann.Register(new RegisterAccount("Ann", "hash"));
        await Ann.Remove();
        Host.Storage.Holds("account", "ann").ShouldBeFalse();
        (await RefusalOf(Ann.GetCredentials())).ShouldBe(RefusalCode.UserNotFound);
    }

    [Fact]
    public async Task A_key_of_an_account_that_is_gone_does_not_answer_it()
    {
        var first = await Ann.Register(new RegisterAccount("Ann", "hash", "key-0001"));
        for (var i = 0; i < 6; i++)
        {
            await Ann.SignInFailed();
        }

        await Ann.Remove();
        var second = await Ann.Register(new RegisterAccount("Ann", "other", "key-0001"));
        second.UserId.ShouldNotBe(first.UserId);
        (await Ann.GetCredentials()).Account.ShouldBe(second);
    }

    [Fact]
    public async Task Failures_slow_the_next_attempts_down()
    {
        await Ann.Register(new RegisterAccount("Ann", "hash"));
        for (var i = 0; i < 6; i++)
        {
            await Ann.SignInFailed();
        }

        (await RefusalOf(Ann.GetCredentials())).ShouldBe(RefusalCode.TooManyRequests);
        Time.Advance(TimeSpan.FromSeconds(2));
        (await RefusalOf(Ann.GetCredentials())).ShouldBeNull();
        await Ann.SignedIn();
    }
}
