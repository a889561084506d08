namespace Orchestrator.Storage;

/// <summary>What every table of reminders must do.</summary>
public abstract class ReminderTableSuite
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, 123, 456, TimeSpan.Zero);

    private static ReminderRow Row(string name, TimeSpan period) =>
        new(GrainId.Create("stage", "s1"), name, Noon, period, Noon + period);

    [Fact]
    public async Task Reminders_are_there_after_a_restart()
    {
        await using var test = await StartedAsync();
        var row = Row("close", TimeSpan.FromMinutes(1.5));
        await test.Reminders.Upsert(row);

        await test.OpenAsync();

        (await All(test)).ShouldBe([row]);
    }

    [Fact]
    public async Task One_of_the_same_grain_and_name_is_replaced()
    {
        await using var test = await StartedAsync();
        var other = Row("close", TimeSpan.FromMinutes(1)) with { Grain = GrainId.Create("stage", "s2") };
        await test.Reminders.Upsert(Row("close", TimeSpan.FromMinutes(1)));
        await test.Reminders.Upsert(other);

        var later = Row("close", TimeSpan.FromMinutes(1)) with { NextTick = Noon + TimeSpan.FromHours(1) };
        await test.Reminders.Upsert(later);

        (await All(test)).ShouldBe([later, other], ignoreOrder: true);
    }

    [Fact]
    public async Task Removing_takes_one_and_is_not_disturbed_by_none()
    {
        await using var test = await StartedAsync();
        await test.Reminders.Upsert(Row("a", TimeSpan.FromMinutes(1)));
        await test.Reminders.Upsert(Row("b", TimeSpan.FromMinutes(1)));

        await test.Reminders.Remove(GrainId.Create("stage", "s1"), "a");
        await test.Reminders.Remove(GrainId.Create("stage", "s1"), "a");

        (await All(test)).ShouldBe([Row("b", TimeSpan.FromMinutes(1))]);
    }

    [Fact]
    public async Task A_closed_table_takes_and_gives_nothing_more()
    {
        await using var test = await StartedAsync();
        var closed = test.Reminders;

        await test.StopAsync();

        await Should.ThrowAsync<StorageFailedException>(() => closed.Remove(TestStore.Grain, "any"));
        await Should.ThrowAsync<StorageFailedException>(() => closed.ReadAll(TestContext.Current.CancellationToken));
    }

    private static Task<IReadOnlyList<ReminderRow>> All(TestStore test) =>
        test.Reminders.ReadAll(TestContext.Current.CancellationToken);

    /// <summary>A new and empty store.</summary>
    private protected abstract Task<TestStore> StartedAsync();
}
