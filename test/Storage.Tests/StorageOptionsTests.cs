using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Storage;

public sealed class StorageOptionsTests
{
    [Fact]
    public void The_defaults_are_in_their_ranges() => Faults(new StorageOptions()).ShouldBeEmpty();

    [Fact]
    public void Values_out_of_range_are_named() =>
        Faults(new StorageOptions
        {
            WriteTimeout = TimeSpan.FromHours(1),
            StartTimeout = TimeSpan.Zero,
            Readers = 0,
            WriteQueueBytesMax = long.MaxValue,
        }).ShouldBe(
            [
                nameof(StorageOptions.StartTimeout),
                nameof(StorageOptions.WriteTimeout),
                nameof(StorageOptions.Readers),
                nameof(StorageOptions.WriteQueueBytesMax),
            ],
            ignoreOrder: true);

    private static IEnumerable<string> Faults(StorageOptions options)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        return faults.SelectMany(fault => fault.MemberNames);
    }
}
