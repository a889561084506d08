using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Testing;

/// <summary>The program as an operator starts it: a process with a command line, an output and signals.</summary>
internal sealed partial class OrchestratorProcess : IAsyncDisposable
{
    // A machine that is busy with other tests is slow to start a process.
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    // A silo may take 45 s to hand over what it has.
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(75);

    private const int SignalInterrupt = 2;
    private const int SignalTerminate = 15;
    private const int SignalContinue = 18;
    private const int SignalStop = 19;
    private const string Listening = "listening on";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private OrchestratorProcess(Process process) => _process = process;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public int Id => _process.Id;

    /// <summary>Where it listens; known once it has said so.</summary>
    public Uri Address => new(AddressIn(Output) ?? throw new InvalidOperationException("It has not said where it listens."));

    /// <summary>Runs a command that ends by itself.</summary>
    public static Task<ProgramRun> Run(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) => ProgramRun.Of(Command(arguments, environment));

    /// <summary>Starts it and waits for nothing.</summary>
    public static OrchestratorProcess Launch(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = Command(arguments, environment);
        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardError) = (false, true, true);
        var launched = new OrchestratorProcess(new Process { StartInfo = start });
        launched._process.OutputDataReceived += (_, line) => Write(launched._output, line.Data);
        launched._process.ErrorDataReceived += (_, line) => Write(launched._errors, line.Data);
        launched._process.Start();
        launched._process.BeginOutputReadLine();
        launched._process.BeginErrorReadLine();
        return launched;
    }

    /// <summary>Starts it on a free port and waits until it listens.</summary>
    public static Task<OrchestratorProcess> Start(string data, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(["--urls", "http://127.0.0.1:0", "--data", data], environment);

    /// <summary>Starts it with this command line and waits until it listens.</summary>
    public static async Task<OrchestratorProcess> Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var launched = Launch(arguments, environment);
        try
        {
            await Eventually(() => launched._process.HasExited
                ? throw new InvalidOperationException($"It ended at once: {launched.Errors}{launched.Output}")
                : AddressIn(launched.Output) is null ? $"it does not listen yet: {launched.Errors}{launched.Output}" : null, StartMax);
            return launched;
        }
        catch
        {
            await launched.DisposeAsync();
            throw;
        }
    }

    public void Interrupt() => Send(_process.Id, SignalInterrupt).ShouldBe(0);

    public void Terminate() => Send(_process.Id, SignalTerminate).ShouldBe(0);

    /// <summary>SIGSTOP: it is there and does nothing.</summary>
    public void Freeze() => Send(_process.Id, SignalStop).ShouldBe(0);

    /// <summary>SIGCONT: it goes on as if nothing had been.</summary>
    public void Thaw() => Send(_process.Id, SignalContinue).ShouldBe(0);

    public bool HasExited => _process.HasExited;

    /// <summary>SIGKILL: nothing of it runs any more when this returns.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> WaitForExit()
    {
        using var patience = new CancellationTokenSource(StopMax);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Kill();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Command(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "orchestrator.dll"), .. arguments]);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[key] = value;
        }

        return start;
    }

    private static string? AddressIn(string output) => output.Split('\n')
        .FirstOrDefault(l => l.Contains(Listening, StringComparison.Ordinal))
        ?.Split(Listening, 2)[1].Trim();

    private static void Write(StringBuilder to, string? line)
    {
        lock (to)
        {
            to.Append(CultureInfo.InvariantCulture, $"{line}\n");
        }
    }

    private static string Read(StringBuilder from)
    {
        lock (from)
        {
            return from.ToString();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
