using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Deployment;

/// <summary>The program that renders; it needs no cluster for that.</summary>
internal static class Kubectl
{
    // Components came with it.
    private const int KustomizeMin = 4;

    private static readonly Lazy<bool> RendersHere = new(FindOut);

    /// <summary>Skips the test where nothing can be rendered.</summary>
    public static void Demand() => Assert.SkipUnless(RendersHere.Value, "kubectl 1.24 or newer is missing.");

    /// <summary>What it writes; what it complains of stands in the log of the tests.</summary>
    public static string Run(params IEnumerable<string> arguments)
    {
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = kubectl.StandardOutput.ReadToEnd();
        kubectl.WaitForExit();
        return kubectl.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)} ended with {kubectl.ExitCode}.");
    }

    private static bool FindOut()
    {
        try
        {
            var kustomize = JsonNode.Parse(Run("version", "--client", "-o", "json")).Text("kustomizeVersion");
            return kustomize is not null && int.Parse(kustomize.TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture) >= KustomizeMin;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}
