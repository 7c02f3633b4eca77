-- For wrk: sends the requests of a file in turn, each with a number of its own in a comment at the end of the
-- query, so that no text comes twice. Arguments: the file, one path a line, and the first number.
local paths, number = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    paths[#paths + 1] = line
  end
  number = tonumber(arguments[2])
end

function request()
  local path = paths[number % #paths + 1]
  number = number + 1
  return wrk.format("GET", string.format("%s%%23%d", path, number - 1))
end
