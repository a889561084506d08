namespace Orchestrator.Storage.Sqlite;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("storage-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void It_is_made_with_its_parents_and_names_its_database()
    {
        var path = Path.Combine(_root, "a", "b");

        using var data = DataDirectory.Open(path);

        Directory.Exists(path).ShouldBeTrue();
        data.Database.ShouldBe(Path.Combine(path, "orchestrator.db"));
    }

    [Fact]
    public void Only_its_own_user_can_look_into_a_new_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there the parent's rights are inherited");
        var path = Path.Combine(_root, "new");

        using var data = DataDirectory.Open(path);

#pragma warning disable CA1416 // skipped there
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
    }

    [Fact]
    public void A_directory_in_use_names_the_process_that_has_it()
    {
        using var data = DataDirectory.Open(_root);

        Refused(_root).ShouldBe(
            $"The data directory {_root} is in use by process {Environment.ProcessId}. "
            + "Stop that process first, or choose another data directory.");
    }

    [Fact]
    public void A_directory_in_use_says_so_also_without_the_process()
    {
        using var data = DataDirectory.Open(_root);
        File.Delete(Path.Combine(_root, "orchestrator.pid"));

        Refused(_root).ShouldStartWith($"The data directory {_root} is in use by another process.");
    }

    [Fact]
    public void The_next_one_gets_it_when_the_first_has_gone()
    {
        DataDirectory.Open(_root).Dispose();
        File.WriteAllText(Path.Combine(_root, "orchestrator.pid"), "left behind by a crash");

        DataDirectory.Open(_root).Dispose();
    }

    [Fact]
    public void A_file_in_its_place_is_refused()
    {
        var path = Path.Combine(_root, "file");
        File.WriteAllText(path, "");

        Refused(path).ShouldBe($"The data directory {path} is a file. Move it away, or choose another data directory.");
        Refused(Path.Combine(path, "below")).ShouldContain("cannot be made");
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_refused()
    {
        using var disk = SmallDisk.Mount("size=1m");
        disk.MakeReadOnly();

        Refused(disk.Path).ShouldContain("cannot be written");
    }

    [Fact]
    public void A_directory_on_a_full_disk_is_refused()
    {
        using var disk = SmallDisk.Mount("size=1m");
        disk.Fill();

        Refused(disk.Path).ShouldContain("cannot be written");
        DataDirectory.Open(_root).Dispose();
    }

    private static string Refused(string path) =>
        Should.Throw<StorageUnavailableException>(() => DataDirectory.Open(path)).Message;
}
