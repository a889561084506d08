using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class ReminderTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_reminder_calls_its_grain_when_due_and_every_period_even_after_the_activation_has_ended()
    {
        var table = new MemoryReminderTable();
        await using var engine = await Start(table);
        await engine.Get<IReminded>("wall").Remind("wake up", 2 * Minute, 30 * Minute);

        engine.Time.Advance(Minute);
        engine.Journal.Lines.ShouldBeEmpty();
        engine.Time.Advance(Minute + Second);
        await engine.Journal.Has("wall: wake up");
        await IsPlanned(table, engine.Time);
        engine.Time.Advance(29 * Minute);
        await Eventually(() => engine.Statistics.Activations["reminded"] == 0 ? null : "still active");
        engine.Time.Advance(Minute);
        await engine.Journal.Has("wall: wake up", times: 2);
    }

    [Fact]
    public async Task A_reminder_that_was_due_while_the_process_was_down_comes_at_once_and_only_once()
    {
        var table = new MemoryReminderTable();
        var time = new ManualTimeProvider();
        await using (var before = await Start(table, time))
        {
            await before.Get<IReminded>().Remind("wake up", Minute, Minute);
            await before.Stop(TestContext.Current.CancellationToken);
        }

        time.Advance(10 * Minute);
        await using var after = await Start(table, time);
        time.Advance(Second);
        await after.Journal.Has("one: wake up");
        await IsPlanned(table, after.Time);
        time.Advance(Minute / 2);
        after.Journal.Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failing_reminder_is_logged_and_the_next_tick_comes()
    {
        var table = new MemoryReminderTable();
        await using var engine = await Start(table);
        await engine.Get<IReminded>().Remind("fail", Minute, Minute);

        engine.Time.Advance(Minute + Second);
        await engine.Log.Has("Reminder fail of reminded/one failed.");
        await IsPlanned(table, engine.Time);
        engine.Time.Advance(Minute);
        await engine.Journal.Has("one: fail", times: 2);
    }

    [Fact]
    public async Task Reminders_can_be_listed_found_and_unregistered()
    {
        var table = new MemoryReminderTable();
        await using var engine = await Start(table);
        var grain = engine.Get<IReminded>();
        await grain.Remind("a", Minute, Minute);
        await grain.Remind("b", Minute, Minute);
        await engine.Get<IReminded>("two").Remind("c", Minute, Minute);

        (await grain.Names()).Order().ShouldBe(["a", "b"]);
        (await grain.Has("b")).ShouldBeTrue();
        await grain.Forget("b");
        (await grain.Has("b")).ShouldBeFalse();
        (await table.ReadAll(TestContext.Current.CancellationToken)).Select(row => row.Name).Order().ShouldBe(["a", "c"]);

        engine.Time.Advance(Minute + Second);
        await engine.Journal.Has("one: a");
        engine.Journal.Count("one: b").ShouldBe(0);
    }

    [Fact]
    public async Task Registering_again_replaces_the_reminder()
    {
        await using var engine = await Start(new MemoryReminderTable());
        var grain = engine.Get<IReminded>();
        await grain.Remind("a", Minute, Minute);
        await grain.Remind("a", 10 * Minute, Minute);

        engine.Time.Advance(9 * Minute);
        (await grain.Names()).ShouldBe(["a"]);
        engine.Journal.Lines.ShouldBeEmpty();
        engine.Time.Advance(Minute + Second);
        await engine.Journal.Has("one: a");
    }

    [Fact]
    public async Task A_reminder_can_be_unregistered_by_its_own_tick()
    {
        var table = new MemoryReminderTable();
        await using var engine = await Start(table);
        await engine.Get<IReminded>().Remind("once", Minute, Minute);

        engine.Time.Advance(Minute + Second);
        await Eventually(async () => (await table.ReadAll(CancellationToken.None)).Count == 0 ? null : "still in the table");
        engine.Time.Advance(5 * Minute);
        engine.Journal.Count("one: once").ShouldBe(1);
    }

    [Fact]
    public async Task A_period_below_a_minute_is_refused_as_a_cluster_does()
    {
        await using var engine = await Start(new MemoryReminderTable());

        await Should.ThrowAsync<ArgumentException>(engine.Get<IReminded>().Remind("a", Minute, Minute / 2));
    }

    private static TimeSpan Second => TimeSpan.FromSeconds(1);

    private static Task<TestEngine> Start(MemoryReminderTable table, ManualTimeProvider? time = null) =>
        TestEngine.Start(new TestEngine.Setup
        {
            Grains = [typeof(RemindedGrain)],
            Time = time,
            Services = services => services.AddSingleton<IReminderTable>(table),
        });

    /// <summary>The next tick is planned and stored when the last one is over.</summary>
    private static Task IsPlanned(MemoryReminderTable table, ManualTimeProvider time) => Eventually(async () =>
        (await table.ReadAll(CancellationToken.None)).All(row => row.NextTick > time.GetUtcNow())
            ? null
            : "the next tick is not planned");

    internal interface IReminded : IGrainWithStringKey
    {
        Task Remind(string name, TimeSpan due, TimeSpan period);

        Task Forget(string name);

        Task<bool> Has(string name);

        Task<IReadOnlyList<string>> Names();
    }

    internal sealed class RemindedGrain(Journal journal) : Grain, IReminded, IRemindable
    {
        public Task Remind(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

        public async Task Forget(string name)
        {
            if (await this.GetReminder(name) is { } reminder)
            {
                await this.UnregisterReminder(reminder);
            }
        }

        public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

        public async Task<IReadOnlyList<string>> Names() =>
            [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName)];

        public async Task ReceiveReminder(string reminderName, TickStatus status)
        {
            journal.Add($"{this.GetPrimaryKeyString()}: {reminderName}");
            if (reminderName == "fail")
            {
                throw new FormatException("no");
            }

            if (reminderName == "once")
            {
                await Forget(reminderName);
            }
        }
    }
}
