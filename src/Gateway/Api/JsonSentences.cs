using System.Text.Json;

namespace Orchestrator.Api;

/// <summary>Says what is wrong with JSON from a client, in the client's terms: names of parameters, not of our types.</summary>
internal static class JsonSentences
{
    private const string Missing = "missing required properties including: ";
    private const string Unmapped = "could not be mapped to any .NET member";

    public static string Of(JsonException exception)
    {
        var at = exception.Path is null or "$" ? "" : $" at {exception.Path}";
        var missing = exception.Message.IndexOf(Missing, StringComparison.Ordinal);
        if (missing >= 0)
        {
            var names = exception.Message[(missing + Missing.Length)..].Split('.', 2)[0];
            return $"Required parameters are missing{at}: {names}.";
        }

        if (exception.Message.Contains(Unmapped, StringComparison.Ordinal))
        {
            return $"There is no such parameter{at}.";
        }

        return at.Length == 0 ? "The parameters do not fit the command." : $"The parameter is wrong{at}.";
    }
}
