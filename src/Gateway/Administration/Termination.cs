using Microsoft.Extensions.Hosting;
using Orchestrator.Connections;

namespace Orchestrator.Administration;

/// <summary>The end of the process on an administrator's command.</summary>
public sealed class Termination(IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Whether it was asked for: then the process ends with a code that makes whoever watches it start it again.</summary>
    public bool IsRequested { get; private set; }

    public void AfterReply()
    {
        IsRequested = true;
        _ = Stop();
    }

    private async Task Stop()
    {
        await Task.Delay(ClientConnection.ReplyMax, time);
        lifetime.StopApplication();
    }
}
