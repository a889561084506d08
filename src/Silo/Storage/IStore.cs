using System.Text.Json;
using Orchestrator.Security;

namespace Orchestrator.Storage;

/// <summary>Where everything durable is kept. The only thing that the rest of the program knows of a database.</summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>What it is and where, for the operator.</summary>
    string Place { get; }

    /// <summary>Counters and health, as they are now.</summary>
    StorageStatus Status { get; }

#if !ENGINE_ORLEANS
    /// <summary>The reminders of the engine of one process; the other engine has a table of its own.</summary>
    IReminderTable ReminderTable { get; }
#endif

    /// <summary>Opens and tries it, and lifts it to the present version. After a failure there is nothing left to do but to dispose.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be used; the message says why.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes it for this process alone, or for the silos of one cluster together, until it is disposed or the process ends. A data directory is held since it was opened.</summary>
    /// <exception cref="StorageUnavailableException">Somebody else has it; the message says who.</exception>
    Task HoldAsync(SiloPlace? silo, CancellationToken cancellationToken = default);

    /// <summary>The states of the grains, written as the options say.</summary>
    IGrainStorage GrainStorage(JsonSerializerOptions json);

    /// <summary>The key that signs tokens: made once in the life of the store.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be read or made; the message says why.</exception>
    Task<TokenKey> TokenKeyAsync(CancellationToken cancellationToken = default);

    /// <summary>Everything durable, as it is at one moment.</summary>
    IAsyncEnumerable<StoredRow> ExportAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes in what another store gave out: all of it or nothing.</summary>
    /// <exception cref="StorageUnavailableException">It is not empty, or cannot be written; the message says why.</exception>
    Task ImportAsync(IAsyncEnumerable<StoredRow> rows, CancellationToken cancellationToken = default);
}
