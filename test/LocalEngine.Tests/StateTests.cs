using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class StateTests
{
    [Fact]
    public async Task State_is_read_before_a_grain_is_activated()
    {
        var storage = new FailingStorage();
        await using (var before = await Start(storage))
        {
            await before.Get<INote>().Write("hello");
        }

        await using var after = await Start(storage);
        (await after.Get<INote>().ReadAtActivation()).ShouldBe("hello");
    }

    [Fact]
    public async Task Without_a_record_state_is_new_or_null_when_nothing_can_be_made()
    {
        await using var engine = await Start();

        (await engine.Get<INote>().ReadAtActivation()).ShouldBe("nothing");
        (await engine.Get<INote>().HasTitle()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_failing_read_fails_the_activation()
    {
        await using var engine = await Start();
        engine.Storage.ReadFailure = new IOException("disk");

        await Should.ThrowAsync<IOException>(engine.Get<INote>().ReadAtActivation());
        engine.Storage.ReadFailure = null;
        (await engine.Get<INote>().ReadAtActivation()).ShouldBe("nothing");
    }

    [Fact]
    public async Task A_failing_write_is_thrown_to_the_grain_which_can_deactivate_and_read_what_is_true()
    {
        await using var engine = await Start();
        var grain = engine.Get<INote>();
        await grain.Write("true");
        engine.Storage.WriteFailure = new IOException("disk full");

        (await Should.ThrowAsync<IOException>(grain.Write("false"))).Message.ShouldBe("disk full");
        (await grain.Read()).ShouldBe("false");
        await Should.ThrowAsync<IOException>(grain.WriteOrLeave("false"));

        (await grain.Read()).ShouldBe("true");
        engine.Storage.WriteFailure = null;
        await grain.Write("new");
    }

    [Fact]
    public async Task A_write_over_somebody_elses_ends_the_activation()
    {
        await using var engine = await Start();
        var grain = engine.Get<INote>();
        await grain.Write("mine");
        await WriteBehindItsBack(engine, "theirs");

        await Should.ThrowAsync<InconsistentStateException>(grain.Write("lost"));

        (await grain.Read()).ShouldBe("theirs");
        await grain.Write("again mine");
    }

    [Fact]
    public async Task A_stale_grain_below_does_not_end_the_grain_above()
    {
        await using var engine = await TestEngine.Start(typeof(NoteGrain), typeof(AboveGrain));
        await engine.Get<INote>().Write("mine");
        var above = engine.Get<IAbove>();
        await above.Nothing();
        await WriteBehindItsBack(engine, "theirs");

        await Should.ThrowAsync<InconsistentStateException>(above.Write("lost"));

        await above.Nothing();
        engine.Journal.Count("above activated").ShouldBe(1);
    }

    [Fact]
    public async Task Clearing_removes_the_record_and_makes_the_state_new()
    {
        await using var engine = await Start();
        var grain = engine.Get<INote>();
        await grain.Write("hello");

        await grain.Clear();
        (await grain.Read()).ShouldBe("nothing");
        await grain.Write("again");
        (await grain.Read()).ShouldBe("again");
    }

    [Fact]
    public async Task A_named_storage_is_asked_for_by_its_name()
    {
        var archive = new FailingStorage { ReadFailure = new IOException("this is the archive") };
        await using var engine = await TestEngine.Start(new TestEngine.Setup
        {
            Grains = [typeof(ArchiveGrain)],
            Services = services => services.AddKeyedSingleton<IGrainStorage>("archive", archive),
        });

        (await Should.ThrowAsync<IOException>(engine.Get<IArchive>().Nothing())).Message.ShouldBe("this is the archive");
    }

    private static Task<TestEngine> Start(FailingStorage? storage = null) =>
        TestEngine.Start(new TestEngine.Setup { Grains = [typeof(NoteGrain)], Storage = storage });

    private static async Task WriteBehindItsBack(TestEngine engine, string text)
    {
        var record = new Record();
        await engine.Storage.ReadStateAsync("note", new GrainId("note", "one"), record);
        record.State = new Note { Text = text };
        await engine.Storage.WriteStateAsync("note", new GrainId("note", "one"), record);
    }

    private sealed class Record : IGrainState<Note>
    {
        public Note? State { get; set; }

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }

    internal sealed record Note
    {
        public string Text { get; init; } = "nothing";
    }

    internal sealed record Title(string Text);

    internal interface INote : IGrainWithStringKey
    {
        Task<string> ReadAtActivation();

        Task<string> Read();

        Task<bool> HasTitle();

        Task Write(string text);

        Task WriteOrLeave(string text);

        Task Clear();
    }

    internal sealed class NoteGrain(
        [PersistentState("note")] IPersistentState<Note> note,
        [PersistentState("title")] IPersistentState<Title> title) : Grain, INote
    {
        private string _atActivation = string.Empty;

        public override Task OnActivateAsync(CancellationToken cancellationToken)
        {
            _atActivation = note.State.Text;
            return Task.CompletedTask;
        }

        public Task<string> ReadAtActivation() => Task.FromResult(_atActivation);

        public Task<string> Read() => Task.FromResult(note.State.Text);

        public Task<bool> HasTitle() => Task.FromResult(title.State is not null);

        public Task Write(string text)
        {
            note.State = new Note { Text = text };
            return note.WriteStateAsync();
        }

        public async Task WriteOrLeave(string text)
        {
            try
            {
                await Write(text);
            }
            catch (IOException)
            {
                DeactivateOnIdle();
                throw;
            }
        }

        public Task Clear() => note.ClearStateAsync();
    }

    internal interface IAbove : IGrainWithStringKey
    {
        Task Write(string text);

        Task Nothing();
    }

    internal sealed class AboveGrain(Journal journal) : Grain, IAbove
    {
        public override Task OnActivateAsync(CancellationToken cancellationToken)
        {
            journal.Add("above activated");
            return Task.CompletedTask;
        }

        public Task Write(string text) => GrainFactory.GetGrain<INote>("one").Write(text);

        public Task Nothing() => Task.CompletedTask;
    }

    internal interface IArchive : IGrainWithStringKey
    {
        Task Nothing();
    }

    internal sealed class ArchiveGrain([PersistentState("note", "archive")] IPersistentState<Note> note) : Grain, IArchive
    {
        public Task Nothing() => note.State.Text.Length > 0 ? Task.CompletedTask : throw new InvalidOperationException();
    }
}
