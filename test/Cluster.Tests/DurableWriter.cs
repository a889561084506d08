using System.Net;

namespace Orchestrator.Cluster;

/// <summary>Registers accounts one after the other, at each silo in turn, each with its key until it is answered; remembers which were.</summary>
internal sealed class DurableWriter : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SiloCluster _cluster;
    private readonly string _name;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private readonly CancellationTokenSource _ended = new();
    private readonly Dictionary<string, string> _answered = new(StringComparer.Ordinal);
    private readonly Task _writing;
    private int _next;

    public DurableWriter(SiloCluster cluster, string name)
    {
        (_cluster, _name) = (cluster, name);
        _writing = Write();
    }

    /// <summary>How many were answered. Fails when one was refused for good, or its answer cannot be read.</summary>
    public int Answered
    {
        get
        {
            DemandWriting();
            return _answered.Count;
        }
    }

    /// <summary>Stops, and repeats every answered registration: the key was stored with the account, so the answer is the first one.</summary>
    public async Task DemandAll()
    {
        await _ended.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        DemandWriting();
        foreach (var (name, user) in _answered)
        {
            string? again = null;
            await Eventually(async () => (again = await Register(name, CancellationToken.None)) is null ? $"{name} is not answered again" : null);
            again.ShouldBe(user, $"{name} was answered before");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _ended.Dispose();
    }

    private void DemandWriting()
    {
        if (_writing.Exception is { } fault)
        {
            throw new InvalidOperationException("Nothing was registered after this.", fault);
        }
    }

    private async Task Write()
    {
        for (var n = 0; !_ended.IsCancellationRequested; n++)
        {
            var name = $"{_name}-{n}";
            string? user;
            while ((user = await Register(name, _ended.Token)) is null)
            {
                await Task.Delay(Pause, _ended.Token);
            }

            _answered[name] = user;
        }
    }

    private async Task<string?> Register(string name, CancellationToken ended)
    {
        var silos = _cluster.Silos;
        if (silos.Count == 0)
        {
            return null;
        }

        try
        {
            return await _http.Register(silos[_next++ % silos.Count].Address, name, ended);
        }
        catch (HttpRequestException e) when (e.StatusCode is null or HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            // It has not answered in time.
            return null;
        }
    }
}
