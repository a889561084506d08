using System.Text.Json;

namespace Orchestrator.Storage;

/// <summary>What every store of grain states must do.</summary>
public abstract class GrainStorageSuite
{
    [Fact]
    public async Task What_was_written_is_read_again_also_after_a_restart()
    {
        await using var test = await StartedAsync();
        var written = new Entry { State = new Note { Text = "Zoë \0 \"äöü\" 🎻", Number = 7 } };
        await test.Grains.WriteStateAsync("note", TestStore.Grain, written);
        written.RecordExists.ShouldBeTrue();

        await test.OpenAsync();
        var read = new Entry();
        await test.Grains.ReadStateAsync("note", TestStore.Grain, read);

        read.RecordExists.ShouldBeTrue();
        read.ETag.ShouldBe(written.ETag);
        read.State.ShouldBeEquivalentTo(written.State);
    }

    [Fact]
    public async Task What_was_never_written_is_absent_and_the_state_stays_the_engines()
    {
        await using var test = await StartedAsync();
        var state = new Note();
        var read = new Entry { State = state, ETag = "1", RecordExists = true };

        await test.Grains.ReadStateAsync("note", TestStore.Grain, read);

        (read.State, read.ETag, read.RecordExists).ShouldBe((state, null, false));
    }

    [Fact]
    public async Task Kind_key_and_name_each_tell_records_apart()
    {
        await using var test = await StartedAsync();
        (string Kind, string Key, string Name)[] all =
            [("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x")];

        foreach (var (kind, key, name) in all)
        {
            var entry = new Entry { State = new Note { Text = kind + key + name } };
            await test.Grains.WriteStateAsync(name, GrainId.Create(kind, key), entry);
        }

        foreach (var (kind, key, name) in all)
        {
            var entry = new Entry();
            await test.Grains.ReadStateAsync(name, GrainId.Create(kind, key), entry);
            entry.State!.Text.ShouldBe(kind + key + name);
        }
    }

    [Fact]
    public async Task A_write_with_an_old_etag_is_refused_and_changes_nothing()
    {
        await using var test = await StartedAsync();
        var first = new Entry { State = new Note { Number = 1 } };
        await test.Grains.WriteStateAsync("note", TestStore.Grain, first);
        var second = new Entry { State = new Note { Number = 2 }, ETag = first.ETag };
        await test.Grains.WriteStateAsync("note", TestStore.Grain, second);
        var old = first.ETag;

        first.State.Number = 3;
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.WriteStateAsync("note", TestStore.Grain, first));

        first.ETag.ShouldBe(old);
        var read = new Entry();
        await test.Grains.ReadStateAsync("note", TestStore.Grain, read);
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
        await using var test = await StartedAsync();
        await test.WriteAsync("a", new Note { Number = 1 });

        var stranger = new Entry { State = new Note { Number = 2 }, ETag = etag };
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.WriteStateAsync("note", GrainId.Create("note", "a"), stranger));
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.ClearStateAsync("note", GrainId.Create("note", "a"), stranger));

        (await test.ReadAsync("a")).State!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task Clearing_removes_the_record_and_its_etag_never_matches_again()
    {
        await using var test = await StartedAsync();
        var entry = new Entry { State = new Note() };
        await test.Grains.WriteStateAsync("note", TestStore.Grain, entry);
        var old = new Entry { State = new Note(), ETag = entry.ETag };

        await test.Grains.ClearStateAsync("note", TestStore.Grain, entry);
        (entry.ETag, entry.RecordExists).ShouldBe((null, false));
        entry.State = new Note { Number = 2 };
        await test.OpenAsync();
        await test.Grains.WriteStateAsync("note", TestStore.Grain, entry);

        entry.ETag.ShouldNotBe(old.ETag);
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.WriteStateAsync("note", TestStore.Grain, old));
        await Should.ThrowAsync<InconsistentStateException>(() =>
            test.Grains.ClearStateAsync("note", TestStore.Grain, old));
    }

    [Fact]
    public async Task Clearing_what_was_never_written_does_nothing()
    {
        await using var test = await StartedAsync();
        var entry = new Entry();

        await test.Grains.ClearStateAsync("note", TestStore.Grain, entry);

        entry.RecordExists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_state_that_is_too_large_is_refused_and_the_store_goes_on()
    {
        await using var test = await StartedAsync(new StorageOptions { RecordBytesMax = 1024 });
        var large = new Note { Text = new string('x', 1024) };

        await Should.ThrowAsync<StateTooLargeException>(() => test.WriteAsync("a", large));

        await test.WriteAsync("a", new Note());
        test.Status.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task A_record_that_cannot_be_understood_names_itself()
    {
        await using var test = await StartedAsync();
        await test.WriteAsync("a", new Note());
        await test.RunForeignAsync("UPDATE grain_state SET data = '{ nonsense'");

        var thrown = await Should.ThrowAsync<InvalidDataException>(() => test.ReadAsync("a"));

        thrown.Message.ShouldStartWith("The stored state note of note/a cannot be understood");
    }

    [Fact]
    public async Task Keys_may_hold_any_character()
    {
        await using var test = await StartedAsync();
        string[] keys = ["a", "a\0", "a\\0", "a\\\0", "\\", "\\\\", "ä 🎻 '\";--", "%_", new string('k', 1_000)];

        foreach (var key in keys)
        {
            await test.WriteAsync(key, new Note { Text = key });
        }

        foreach (var key in keys)
        {
            (await test.ReadAsync(key)).State!.Text.ShouldBe(key);
        }
    }

    [Fact]
    public async Task The_token_key_is_made_once()
    {
        await using var test = await StartedAsync();
        var first = await test.Started.TokenKeyAsync(TestContext.Current.CancellationToken);

        await test.OpenAsync();

        (await test.Started.TokenKeyAsync(TestContext.Current.CancellationToken)).Bytes.ShouldBe(first.Bytes);
        first.Bytes.Length.ShouldBe(32);
    }

    [Fact]
    public async Task Closing_does_what_waits_and_takes_nothing_more()
    {
        await using var test = await StartedAsync();
        var writes = Task.WhenAll(Enumerable.Range(0, 100).Select(i => test.WriteAsync($"{i}", new Note { Number = i })));
        var closed = test.Started;

        await test.StopAsync();

        await writes;
        var late = closed.GrainStorage(JsonSerializerOptions.Web);
        await Should.ThrowAsync<StorageFailedException>(() => late.WriteStateAsync("note", TestStore.Grain, new Entry { State = new Note() }));
        await Should.ThrowAsync<StorageFailedException>(() => late.ReadStateAsync("note", TestStore.Grain, new Entry()));
        closed.Status.IsHealthy.ShouldBeFalse();
        await test.OpenAsync();
        (await test.ReadAsync("99")).State!.Number.ShouldBe(99);
    }

    /// <summary>A new and empty store.</summary>
    private protected abstract Task<TestStore> StartedAsync(StorageOptions? options = null);
}
