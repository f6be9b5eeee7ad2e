"""Calls a service of AWS, the argument, with boto3: one request a line on standard input, one answer a line on standard output.

A request is {"method", "input", "pageSize"?} with the method in boto3's spelling; a page size asks for its paginator.
{"waiter", "input"} waits.
"""

import datetime
import json
import sys

import boto3
import botocore.exceptions


def present(value):
    if isinstance(value, datetime.datetime):
        return {"datetime": value.isoformat()}
    raise TypeError(type(value).__name__)


def without_metadata(output):
    return {name: value for name, value in output.items() if name != "ResponseMetadata"}


def call(client, method, parameters):
    try:
        output = getattr(client, method)(**parameters)
        status = output["ResponseMetadata"]["HTTPStatusCode"]
        return {"status": status, "output": without_metadata(output)}
    except botocore.exceptions.ClientError as error:
        members = without_metadata(error.response)
        details = members.pop("Error")
        return {
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "error": {
                "name": details["Code"],
                "class": type(error).__name__,
                "message": details["Message"],
                "members": members,
            },
        }


def pages(client, method, parameters, size):
    paginator = client.get_paginator(method)
    found = paginator.paginate(**parameters, PaginationConfig={"PageSize": size})
    return [without_metadata(page) for page in found]


def wait(client, name, parameters):
    try:
        patience = {"Delay": 1, "MaxAttempts": 60}
        client.get_waiter(name).wait(**parameters, WaiterConfig=patience)
        return {}
    except botocore.exceptions.WaiterError as error:
        return {"failure": str(error)}


def main():
    client = boto3.client(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        if "waiter" in request:
            answer = wait(client, request["waiter"], request["input"])
        elif "pageSize" in request:
            answer = pages(client, request["method"], request["input"], request["pageSize"])
        else:
            answer = call(client, request["method"], request["input"])
        print(json.dumps(answer, default=present), flush=True)


main()
