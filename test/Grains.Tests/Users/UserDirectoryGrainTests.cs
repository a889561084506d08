using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.Users;

public sealed class UserDirectoryGrainTests() : UserDirectoryGrainSuite(copyMessages: false);

public abstract class UserDirectoryGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    [Fact]
    public async Task A_user_is_listed_from_its_login_to_its_logout_as_it_is()
    {
        await Login("ann");
        await Listed("ann Online");
        var concert = await Open("ann");
        await Listed($"ann Online {concert}");
        await Lose("ann");
        await Listed($"ann Away {concert}");
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));
        await Listed($"ann Online {concert}");
        await Leave("ann");
        await Listed("ann Online");
        await User("ann").Logout(Device("ann"));
        await Listed("");
    }

    [Fact]
    public async Task A_user_that_does_not_come_back_is_listed_until_the_grace_period_ends()
    {
        await Login("ann");
        await Login("bob");
        await Lose("bob");
        await Listed("ann Online | bob Away");
        await Until(async () => Say(await Host.Users()) is "ann Online" ? null : "bob is still listed");
    }

    [Fact]
    public async Task After_a_restart_those_are_listed_who_may_come_back_and_then_those_who_have()
    {
        var concert = await Open("ann");
        await Enter("bob", concert);
        await Login("cid");
        await Listed($"ann Online {concert} | bob Online {concert} | cid Online");
        await Restart();

        await Host.List();
        await Listed($"ann Away {concert} | bob Away {concert} | cid Away");
        await User("ann").Resume(Caller("ann"), Connection("ann", number: 2));
        await Until(async () => Say(await Host.Users()) == $"ann Online {concert}" ? null : Say(await Host.Users()));
    }

    [Fact]
    public async Task The_list_wakes_its_users_by_itself()
    {
        var concert = await Open("ann");
        await Listed($"ann Online {concert}");
        await Restart();
        await Listed($"ann Away {concert}");
        await Until(async () => (await Host.Users()).Count + Host.Storage.Count("user") == 0 ? null : "ann is still there");
    }

    [Fact]
    public async Task Asking_for_somebody_who_is_not_here_lists_nobody()
    {
        await Login("ann");
        (await RefusalOf(User("nobody").GetRecord())).ShouldBe(RefusalCode.UserNotFound);
        await User("nobody").Wake();
        await Listed("ann Online");
        Host.Storage.Holds("user", "nobody").ShouldBeFalse();
    }

    private Task Listed(string expected) => Eventually(async () => Say(await Host.Users()) is var now && now == expected ? null : $"listed are '{now}', not '{expected}'");

    private static string Say(IEnumerable<UserReport> reports) => string.Join(" | ", reports
        .OrderBy(r => r.UserId.Value, StringComparer.Ordinal)
        .Select(r => $"{r.UserId} {r.User!.Presence} {r.User.SessionId}".TrimEnd()));
}
