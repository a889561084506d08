using System.Net.Http.Json;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Accounts that are registered with a key of their own, so that a registration may be repeated until it is answered.</summary>
internal static class KeyedAccounts
{
    private const string Password = "correct horse battery";

    /// <summary>Registers an account and gives its user's id: for a repeat the first one. Fails with HttpRequestException when it is refused, which has the status then, or nobody answers.</summary>
    public static async Task<string> Register(this HttpClient http, Uri server, string userName, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, "/api/accounts"));
        request.Headers.Add("Idempotency-Key", $"key-{userName}");
        request.Content = JsonContent.Create(new { userName, password = Password });
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{userName} is refused: {await response.Content.ReadAsStringAsync(cancellationToken)}", null, response.StatusCode);
        }

        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).Text("userId");
    }
}
