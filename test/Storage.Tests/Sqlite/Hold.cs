namespace Orchestrator.Storage.Sqlite;

/// <summary>Keeps the writer inside a transaction, as a disk does that hangs.</summary>
internal sealed class Hold : IDisposable
{
    private readonly ManualResetEventSlim _entered = new();
    private readonly ManualResetEventSlim _released = new();

    public Hold(SqliteStore store)
    {
        Answer = store.WriteAsync(bytes: 0, (_, _) =>
        {
            _entered.Set();
            return _released.Wait(TimeSpan.FromSeconds(30));
        });
        _entered.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue("the writer should have begun a transaction");
    }

    public Task<bool> Answer { get; }

    public void Release() => _released.Set();

    /// <summary>The events stay: the writer may be about to look at them.</summary>
    public void Dispose() => Release();
}
