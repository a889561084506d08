using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Orchestrator.Storage;

/// <summary>A store of its own for one test, with what the tests of all stores do with it; it ends with the test.</summary>
internal abstract class TestStore : IAsyncDisposable
{
    public static readonly GrainId Grain = GrainId.Create("user", "ann");

    private IStore? _present;

    public StorageOptions Options { get; init; } = new();

    /// <summary>The clock of the store; one that stands still leaves what should succeed all the time it needs.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public IGrainStorage Grains => Started.GrainStorage(JsonSerializerOptions.Web);

#if !ENGINE_ORLEANS
    public IReminderTable Reminders => Started.ReminderTable;
#endif

    public StorageStatus Status => Started.Status;

    public IStore Started => _present ?? throw new InvalidOperationException("Start it first.");

    /// <summary>Runs a statement as another program, and gives the first column of the first row.</summary>
    public abstract Task<object?> RunForeignAsync(string sql);

    /// <summary>Opens the same data as a new process would.</summary>
    public async Task OpenAsync()
    {
        await StopAsync();
        _present = await MakeAsync();
        await _present.StartAsync(TestContext.Current.CancellationToken);
    }

    public async Task<StorageUnavailableException> StartFailsAsync() =>
        await Should.ThrowAsync<StorageUnavailableException>(OpenAsync);

    public async Task StopAsync()
    {
        if (_present is { } store)
        {
            await store.DisposeAsync();
        }
        _present = null;
    }

    public Task WriteAsync(string key, Note note) =>
        Grains.WriteStateAsync("note", GrainId.Create("note", key), new Entry { State = note });

    public async Task<Entry> ReadAsync(string key)
    {
        var entry = new Entry();
        await Grains.ReadStateAsync("note", GrainId.Create("note", key), entry);
        return entry;
    }

    public virtual async ValueTask DisposeAsync() => await StopAsync();

    protected abstract Task<IStore> MakeAsync();
}

/// <summary>A state that can be told from another, and changed.</summary>
internal sealed class Note
{
    public string Text { get; set; } = "";

    public int Number { get; set; }
}

/// <summary>A record on its way, as the engine would hold it.</summary>
internal sealed class Entry : IGrainState<Note>
{
    // The engines do not agree on whether there may be none; without a record there is none.
    [AllowNull]
    public Note State { get; set; } = null!;

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}
