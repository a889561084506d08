using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Mechanisms;

/// <summary>This program once more, in a process of its own; it ends when its input does.</summary>
internal sealed class ChildNode : IAsyncDisposable
{
    private const string Ready = "ready";

    private readonly Process _process;

    private ChildNode(Process process) => _process = process;

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it, and waits until its receivers are there.</summary>
    /// <param name="command"><c>receive</c> or <c>idle</c>.</param>
    public static async Task<ChildNode> Start(string command, Mechanism mechanism, int port, int primaryPort)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [command, mechanism.ToString(), Text(port), Text(primaryPort)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var node = new ChildNode(Process.Start(start)!);
        while (await node._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == Ready)
            {
                return node;
            }

            await Console.Error.WriteLineAsync(line);
        }

        throw new InvalidOperationException("The second process has ended before it was ready.");
    }

    /// <summary>What the child does: serve until the parent closes its input.</summary>
    public static async Task Serve(string command, Mechanism mechanism, int port, int primaryPort)
    {
        await using var node = await Node.Start(mechanism, port, primaryPort);
        if (command == "receive")
        {
            await node.Receive(mechanism);
        }

        Console.WriteLine(Ready);
        await Console.In.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
