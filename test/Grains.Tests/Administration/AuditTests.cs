using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Administration;

public sealed class AuditTests() : AuditSuite(copyMessages: false);

public abstract class AuditSuite(bool copyMessages) : Support.GrainTests(copyMessages)
{
    private IAuditGrain Audit => Host.Grains.GetGrain<IAuditGrain>(IAuditGrain.Key);

    [Fact]
    public async Task The_last_entries_are_kept_in_order_and_outlive_a_restart()
    {
        var max = Host.Setup.Limits.AuditEntriesMax = 3;
        for (var n = 1; n <= max + 2; n++)
        {
            await Audit.Add(Entry($"{n}"));
        }

        await Restart();
        (await Audit.Read()).Select(e => e.Target).ShouldBe(["3", "4", "5"]);
        (await Audit.Read())[0].ShouldBe(Entry("3"));
    }

    [Fact]
    public async Task An_entry_that_is_not_written_is_refused_as_temporary()
    {
        Host.Storage.Failure = _ => new IOException("The disk is full.");
        (await RefusalOf(Audit.Add(Entry("1")))).ShouldBe(RefusalCode.Temporary);
        Host.Storage.Failure = null;
        (await Audit.Read()).ShouldBeEmpty();
    }

    private static AuditEntry Entry(string target) => new(Start, new UserId("ann"), "Ann", "127.0.0.1", "DeleteUser", target, "ok");
}
