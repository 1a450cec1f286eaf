# Writes each line that it reads with its number and this process's own, one after the other, waits until a file is there, and ends with a
# status of its own. Its input is longer than what it reads at once: whoever resumes it must have it open where it was.
my ($pause, $status, $enough) = @ARGV;
$| = 1;
my $n = 0;
while (my $line = <STDIN>) {
    $n++;
    print "$n $$ $line";
    select undef, undef, undef, $pause;
}
select undef, undef, undef, $pause until -e $enough;
exit $status;
