namespace Orchestrator.Storage.Sqlite;

public sealed class SqliteGrainStorageTests
{
    [Fact]
    public async Task What_was_written_is_read_again_also_after_a_restart()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        var written = new Entry { State = new Note { Text = "Zoë \0 \"äöü\" 🎻", Number = 7 } };
        await test.Grains.WriteStateAsync("note", SqliteTestStore.Grain, written);
        written.RecordExists.ShouldBeTrue();

        await test.StartAsync();
        var read = new Entry();
        await test.Grains.ReadStateAsync("note", SqliteTestStore.Grain, read);

        read.RecordExists.ShouldBeTrue();
        read.ETag.ShouldBe(written.ETag);
        read.State.ShouldBeEquivalentTo(written.State);
    }

    [Fact]
    public async Task What_was_never_written_is_absent_and_the_state_stays_the_engines()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        var state = new Note();
        var read = new Entry { State = state, ETag = "1", RecordExists = true };

        await test.Grains.ReadStateAsync("note", SqliteTestStore.Grain, read);

        (read.State, read.ETag, read.RecordExists).ShouldBe((state, null, false));
    }

    [Fact]
    public async Task Kind_key_and_name_each_tell_records_apart()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        (string Kind, string Key, string Name)[] all =
            [("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x")];

        foreach (var (kind, key, name) in all)
        {
            var entry = new Entry { State = new Note { Text = kind + key + name } };
            await test.Grains.WriteStateAsync(name, new GrainId(kind, key), entry);
        }

        foreach (var (kind, key, name) in all)
        {
            var entry = new Entry();
            await test.Grains.ReadStateAsync(name, new GrainId(kind, key), entry);
            entry.State!.Text.ShouldBe(kind + key + name);
        }
    }

    [Fact]
    public async Task A_write_with_an_old_etag_is_refused_and_changes_nothing()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        var first = new Entry { State = new Note { Number = 1 } };
        await test.Grains.WriteStateAsync("note", SqliteTestStore.Grain, first);
        var second = new Entry { State = new Note { Number = 2 }, ETag = first.ETag };
        await test.Grains.WriteStateAsync("note", SqliteTestStore.Grain, second);
        var old = first.ETag;

        first.State.Number = 3;
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.WriteStateAsync("note", SqliteTestStore.Grain, first));

        first.ETag.ShouldBe(old);
        var read = new Entry();
        await test.Grains.ReadStateAsync("note", SqliteTestStore.Grain, read);
        read.State!.Number.ShouldBe(2);
        read.ETag.ShouldBe(second.ETag);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("no number")]
    public async Task A_record_is_not_written_over_by_who_does_not_know_it(string? etag)
    {
        await using var test = await new SqliteTestStore().StartAsync();
        await test.WriteAsync("a", new Note { Number = 1 });

        var stranger = new Entry { State = new Note { Number = 2 }, ETag = etag };
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.WriteStateAsync("note", new GrainId("note", "a"), stranger));
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.ClearStateAsync("note", new GrainId("note", "a"), stranger));

        (await test.ReadAsync("a")).State!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task Clearing_removes_the_record_and_its_etag_never_matches_again()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        var entry = new Entry { State = new Note() };
        await test.Grains.WriteStateAsync("note", SqliteTestStore.Grain, entry);
        var old = new Entry { State = new Note(), ETag = entry.ETag };

        await test.Grains.ClearStateAsync("note", SqliteTestStore.Grain, entry);
        (entry.ETag, entry.RecordExists).ShouldBe((null, false));
        entry.State = new Note { Number = 2 };
        await test.StartAsync();
        await test.Grains.WriteStateAsync("note", SqliteTestStore.Grain, entry);

        entry.ETag.ShouldNotBe(old.ETag);
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.WriteStateAsync("note", SqliteTestStore.Grain, old));
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.ClearStateAsync("note", SqliteTestStore.Grain, old));
    }

    [Fact]
    public async Task Clearing_what_was_never_written_does_nothing()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        var entry = new Entry();

        await test.Grains.ClearStateAsync("note", SqliteTestStore.Grain, entry);

        entry.RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task The_state_is_taken_as_it_is_at_the_call()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        using var hold = new Hold(test.Store);
        var entry = new Entry { State = new Note { Text = "at the call" } };

        var write = test.Grains.WriteStateAsync("note", new GrainId("note", "a"), entry);
        entry.State.Text = "afterwards";
        hold.Release();
        await write;

        (await test.ReadAsync("a")).State!.Text.ShouldBe("at the call");
    }

    [Fact]
    public async Task A_state_that_is_too_large_is_refused_and_the_store_goes_on()
    {
        var options = new StorageOptions { RecordBytesMax = 1024 };
        await using var test = await new SqliteTestStore { Options = options }.StartAsync();
        var large = new Note { Text = new string('x', 1024) };

        await Should.ThrowAsync<StateTooLargeException>(() => test.WriteAsync("a", large));

        await test.WriteAsync("a", new Note());
        test.Store.Status.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task A_record_that_cannot_be_understood_names_itself()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        await test.WriteAsync("a", new Note());
        await using (var foreign = test.OpenForeign())
        {
            foreign.Run("UPDATE grain_state SET data = '{ nonsense'");
        }

        var thrown = await Should.ThrowAsync<InvalidDataException>(() => test.ReadAsync("a"));

        thrown.Message.ShouldStartWith("The stored state note of note/a cannot be understood");
    }

    [Fact]
    public async Task Operators_can_query_the_states_as_json()
    {
        await using var test = await new SqliteTestStore().StartAsync();
        await test.WriteAsync("a", new Note { Text = "hello" });

        await using var foreign = test.OpenForeign();

        foreign.Run("SELECT json_extract(data, '$.text') FROM grain_state").ShouldBe("hello");
    }
}
