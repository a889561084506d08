using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalEngine;

/// <summary>Starts and stops the engine with its host.</summary>
internal sealed class EngineHost(Engine engine) : IHostedService, IDisposable
{
    private ITimer? _sweep;
    private int _isSweeping;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.Reminders.Load(cancellationToken);
        var period = engine.Options.SweepPeriod;
        _sweep = engine.Time.CreateTimer(_ => Sweep(), null, TimeSpan.Zero, period);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await engine.Stop(cancellationToken);
        Dispose();
    }

    public void Dispose() => _sweep?.Dispose();

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return; // the last one takes longer than a period
        }

        try
        {
            engine.Sweep();
            engine.Reminders.FireDue();
        }
        catch (Exception exception)
        {
            engine.Logger.LogError(exception, "A sweep failed; the next one goes on.");
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }
}
