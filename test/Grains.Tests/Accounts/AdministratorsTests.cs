using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Accounts;

public sealed class AdministratorsTests
{
    private readonly Administrators _administrators = new();

    [Fact]
    public void One_of_two_may_go_and_the_last_one_stays()
    {
        _administrators.Add(Id("ann"));
        _administrators.Add(Id("ben"));
        _administrators.Add(Id("ben"));
        _administrators.Remove(Id("ann"));
        RefusalOf(() => _administrators.Remove(Id("ben"))).ShouldBe(RefusalCode.NotAllowed);
        _administrators.State.Users.ShouldBe([Id("ben")]);
    }

    [Fact]
    public void Who_is_not_known_here_is_struck_out_only_if_somebody_else_is_left()
    {
        RefusalOf(() => _administrators.Remove(Id("eve"))).ShouldBe(RefusalCode.NotAllowed);
        _administrators.Add(Id("ann"));
        _administrators.Remove(Id("eve"));
        _administrators.State.Users.ShouldBe([Id("ann")]);
    }
}

public sealed class AdministratorsGrainTests() : AdministratorsGrainSuite(copyMessages: false);

public abstract class AdministratorsGrainSuite(bool copyMessages) : Support.GrainTests(copyMessages)
{
    [Fact]
    public async Task A_role_is_given_and_known_after_a_restart()
    {
        await Register("ANN");
        (await Give("ANN")).UserAdmin.ShouldBeTrue();
        await Restart();
        (await Host.Account("ANN").Get()).Role.ShouldBe(Role.Administrator);
        (await RefusalOf(Take("ANN"))).ShouldBe(RefusalCode.NotAllowed);
    }

    [Fact]
    public async Task Of_two_that_demote_each_other_at_once_one_is_refused()
    {
        await Register("ANN");
        await Register("BEN");
        await Give("ANN");
        await Give("BEN");
        var both = await Task.WhenAll(RefusalOf(Take("ANN")), RefusalOf(Take("BEN")));
        both.ShouldBe([null, RefusalCode.NotAllowed], ignoreOrder: true);
        (await Host.Account("ANN").Get()).UserAdmin.ShouldNotBe((await Host.Account("BEN").Get()).UserAdmin);
    }

    [Fact]
    public async Task The_last_administrators_account_cannot_be_removed_and_another_one_can()
    {
        var ann = await Register("ANN");
        var ben = await Register("BEN");
        await Give("ANN");
        (await RefusalOf(Remove("ANN", ann.UserId))).ShouldBe(RefusalCode.NotAllowed);
        (await Host.Account("ANN").Get()).UserAdmin.ShouldBeTrue();
        await Give("BEN");
        await Remove("ANN", ann.UserId);
        (await RefusalOf(Remove("BEN", ben.UserId))).ShouldBe(RefusalCode.NotAllowed);
    }

    [Fact]
    public async Task A_user_finds_its_account_until_that_is_removed()
    {
        var ann = await Register("ANN");
        (await Host.AccountOf(ann.UserId).Find()).ShouldBe("ANN");
        await Restart();
        (await Host.AccountOf(ann.UserId).Find()).ShouldBe("ANN");
        await Remove("ANN", ann.UserId);
        await User(ann.UserId.Value).Dismiss(DismissReason.AccountRemoved);
        (await Host.AccountOf(ann.UserId).Find()).ShouldBeNull();
        Host.Storage.Holds("account-of-user", ann.UserId.Value).ShouldBeFalse();
    }

    [Fact]
    public async Task An_account_that_is_somebody_elses_by_now_is_not_removed()
    {
        var former = await Register("ANN");
        await Remove("ANN", former.UserId);
        await Register("ANN");
        await Remove("ANN", former.UserId);
        (await Host.Account("ANN").Get()).UserId.ShouldNotBe(former.UserId);
    }

    [Fact]
    public async Task Removal_whose_data_is_not_removed_can_be_repeated_without_a_key()
    {
        var ann = await Register("ANN");
        var user = User(ann.UserId.Value);
        var caller = new Caller(ann.UserId, Device("ann"), ann.UserName, Role.User);
        await user.Login(caller, new Login(Connection("ann")));
        await user.ChangeData(caller, new ChangeUserData(Payload.Of("{\"a\":1}")));
        await Remove("ANN", ann.UserId);
        Host.Storage.Failure = state => state == "user-data" ? new IOException("The disk is full.") : null;
        (await RefusalOf(user.Dismiss(DismissReason.AccountRemoved))).ShouldBe(RefusalCode.Temporary);
        (await RefusalOf(user.Resume(caller, Connection("ann", number: 2)))).ShouldBe(RefusalCode.ResumeExpired, "its devices do not wait for the data");
        Host.Storage.Failure = null;
        var name = await Host.AccountOf(ann.UserId).Find();
        await Register("ANN");

        await Remove(name.ShouldNotBeNull(), ann.UserId);
        await user.Dismiss(DismissReason.AccountRemoved);

        Host.Storage.Holds("user-data", ann.UserId.Value).ShouldBeFalse();
        (await Host.AccountOf(ann.UserId).Find()).ShouldBeNull();
        (await Host.Account("ANN").Get()).UserId.ShouldNotBe(ann.UserId);
    }

    [Fact]
    public async Task Data_written_after_removal_of_the_account_does_not_stay()
    {
        var ann = await Register("ANN");
        var user = User(ann.UserId.Value);
        var caller = new Caller(ann.UserId, Device("ann"), ann.UserName, Role.User);
        await user.Login(caller, new Login(Connection("ann")));
        await Remove("ANN", ann.UserId);

        await user.ChangeData(caller, new ChangeUserData(Payload.Of("{\"b\":1}")));
        await user.Dismiss(DismissReason.AccountRemoved);

        Host.Storage.Holds("user-data", ann.UserId.Value).ShouldBeFalse();
    }

    [Fact]
    public async Task A_repeated_key_removes_once_and_is_known_after_a_restart()
    {
        var ann = await Register("ANN");
        await Remove("ANN", ann.UserId, "key-0001");
        await Restart();
        await Remove("", ann.UserId, "key-0001");
        (await RefusalOf(Remove("", ann.UserId, "key-0002"))).ShouldBe(RefusalCode.UserNotFound);
    }

    [Fact]
    public async Task A_crash_between_the_two_writes_leaves_one_administrator_too_few_to_count_and_repeating_mends_it()
    {
        await Register("ANN");
        await Register("BEN");
        await Give("ANN");
        Host.Storage.Failure = state => state == "administrators" ? new IOException("The disk is full.") : null;
        (await RefusalOf(Give("BEN"))).ShouldBe(RefusalCode.Temporary);
        Host.Storage.Failure = null;
        (await Host.Account("BEN").Get()).UserAdmin.ShouldBeTrue();
        (await RefusalOf(Take("ANN"))).ShouldBe(RefusalCode.NotAllowed, "Ben is not counted");
        await Give("BEN");
        (await Take("ANN")).UserAdmin.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_could_not_be_demoted_is_demoted_by_repeating_it()
    {
        await Register("ANN");
        await Register("BEN");
        await Give("ANN");
        await Give("BEN");
        Host.Storage.Failure = state => state == "account" ? new IOException("The disk is full.") : null;
        (await RefusalOf(Take("BEN"))).ShouldBe(RefusalCode.Temporary);
        Host.Storage.Failure = null;
        (await Host.Account("BEN").Get()).UserAdmin.ShouldBeTrue();
        (await Take("BEN")).UserAdmin.ShouldBeFalse();
    }

    private Task<AccountRecord> Register(string name) => Host.Account(name).Register(new RegisterAccount(name, "hash"));

    private Task<AccountRecord> Give(string name) => Host.Administrators.ChangeRole(new ChangeRole(name, Role.Administrator));

    private Task<AccountRecord> Take(string name) => Host.Administrators.ChangeRole(new ChangeRole(name, Role.User));

    private Task Remove(string name, UserId user, string? key = null) => Host.Administrators.Remove(new RemoveAccount(name, user, "root", key));
}
